#include "isolate/console.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "isolate/external_references.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"
#include "isolate/value_writer.h"

namespace isolet {
namespace {

// Of one call's arguments together.
constexpr size_t kMostBytes = size_t{64} << 10;
// Of labels that are kept, and of characters in one: they are outside the heap.
constexpr size_t kMostLabels = 1000;
constexpr int kMostLabel = 200;
// Arguments that are shown where all are too many or too large.
constexpr size_t kMostShortened = 100;
constexpr int kMostFrames = 16;

std::string Clipped(v8::Isolate* isolate, v8::Local<v8::String> text) {
  return ToUtf8(isolate, text->Length() > kMostLabel ? Beginning(isolate, text, kMostLabel) : text);
}

}  // namespace

enum class Console::Method : int {
  kLog,
  kInfo,
  kWarn,
  kError,
  kDebug,
  kDir,
  kTable,
  kGroup,
  kGroupEnd,
  kTrace,
  kAssert,
  kCount,
  kCountReset,
  kTime,
  kTimeLog,
  kTimeEnd,
  kClear,
};

Console::Console(RuntimeThread& thread) : thread_(thread), limits_(thread.core().limits) {
  limits_.max_serialization_bytes = std::min(limits_.max_serialization_bytes, kMostBytes);
}

void Console::List(ExternalReferences& references) { references.Add(OnCall); }

void Console::Install() {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  v8::Local<v8::String> key = Literal(isolate, "console");
  if (context->Global()->HasOwnProperty(context, key).FromMaybe(true)) return;
  struct Named {
    const char* name;
    Method method;
  };
  static constexpr Named kMethods[] = {
      {"log", Method::kLog},
      {"info", Method::kInfo},
      {"warn", Method::kWarn},
      {"error", Method::kError},
      {"debug", Method::kDebug},
      {"dir", Method::kDir},
      {"dirxml", Method::kLog},
      {"table", Method::kTable},
      {"group", Method::kGroup},
      {"groupCollapsed", Method::kGroup},
      {"groupEnd", Method::kGroupEnd},
      {"trace", Method::kTrace},
      {"assert", Method::kAssert},
      {"count", Method::kCount},
      {"countReset", Method::kCountReset},
      {"time", Method::kTime},
      {"timeLog", Method::kTimeLog},
      {"timeEnd", Method::kTimeEnd},
      {"clear", Method::kClear},
  };
  v8::Local<v8::Object> console = v8::Object::New(isolate);
  for (const Named& method : kMethods) {
    thread_.realm().AddFunction(console, method.name, 0, OnCall,
                                v8::Integer::New(isolate, static_cast<int>(method.method)));
  }
  context->Global()->DefineOwnProperty(context, key, console, v8::DontEnum).Check();
}

void Console::OnCall(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Arguments arguments;
  arguments.reserve(static_cast<size_t>(info.Length()));
  for (int i = 0; i < info.Length(); ++i) arguments.push_back(info[i]);
  auto method = static_cast<Method>(info.Data().As<v8::Integer>()->Value());
  Console* console = RuntimeThread::Of(info.GetIsolate()).console();
  // It may be a snapshot's, in a runtime that has none.
  if (console != nullptr) console->Call(method, arguments);
}

void Console::Call(Method method, const Arguments& arguments) {
  switch (method) {
    case Method::kLog:
      Send("log", arguments);
      return;
    case Method::kInfo:
      Send("info", arguments);
      return;
    case Method::kWarn:
      Send("warn", arguments);
      return;
    case Method::kError:
      Send("error", arguments);
      return;
    case Method::kDebug:
      Send("debug", arguments);
      return;
    case Method::kDir:
      // The options after the first argument are for a console of one's own.
      Send("dir", {arguments.begin(), arguments.begin() + (arguments.empty() ? 0 : 1)});
      return;
    case Method::kTable:
      Send("table", arguments);
      return;
    case Method::kGroup:
      Send("group", arguments);
      return;
    case Method::kGroupEnd:
      Send("groupEnd", {});
      return;
    case Method::kTrace:
      return Trace(arguments);
    case Method::kAssert:
      return Assert(arguments);
    case Method::kCount:
      return Count(arguments);
    case Method::kCountReset:
      return ResetCount(arguments);
    case Method::kTime:
      return StartTimer(arguments);
    case Method::kTimeLog:
    case Method::kTimeEnd:
      return TellTimer(arguments, method);
    case Method::kClear:
      // It is not the plugin's screen.
      return;
  }
}

// The arguments, or where they are too large or too deep together, the beginnings of texts and
// a word about the rest.
Console::Arguments Console::Shorten(const Arguments& arguments) {
  v8::Isolate* isolate = thread_.isolate();
  const size_t count = std::min(arguments.size(), kMostShortened);
  const auto room = static_cast<int>(limits_.max_serialization_bytes / (4 * count));
  Arguments shortened;
  for (size_t i = 0; i < count; ++i) {
    v8::Local<v8::Value> value = arguments[i];
    if (value->IsString() && value.As<v8::String>()->Length() > room) {
      value = v8::String::Concat(isolate, Beginning(isolate, value.As<v8::String>(), room),
                                 Literal(isolate, "…"));
    } else if (value->IsObject() || value->IsBigInt()) {
      value = Literal(isolate, "[can't be shown]");
    }
    shortened.push_back(value);
  }
  return shortened;
}

bool Console::Write(const Arguments& arguments, Payload* payload) {
  payload->Clear();
  ValueWriter writer(thread_.realm(), thread_.functions(), *payload, limits_, ErrorStacks::kKeep);
  writer.DescribeUncloneables();
  return writer.WriteArguments(arguments, static_cast<int>(arguments.size()));
}

bool Console::Send(const char* level, const Arguments& arguments) {
  v8::Isolate* isolate = thread_.isolate();
  Message call;
  call.kind = MessageKind::kHostCall;
  call.target = thread_.core().console_handler;
  Arguments all{Literal(isolate, level)};
  all.insert(all.end(), arguments.begin(), arguments.end());
  {
    // What a getter throws, no log is to throw.
    v8::TryCatch try_catch(isolate);
    bool written = Write(all, &call.payload);
    if (!written && !thread_.Stopping()) written = Write(Shorten(all), &call.payload);
    if (!written && !thread_.Stopping()) written = Write(Shorten({all[0]}), &call.payload);
    if (!written && !thread_.Stopping()) return true;
  }
  if (thread_.Stopping()) {
    thread_.host_calls().Unwind();
    return false;
  }
  return !thread_.host_calls().Ask(std::move(call)).IsEmpty();
}

void Console::Warn(const std::string& text) { Send("warn", {Text(thread_.isolate(), text)}); }

bool Console::LabelOf(const Arguments& arguments, std::string* label) {
  *label = "default";
  if (arguments.empty() || arguments[0]->IsUndefined()) return true;
  v8::Local<v8::String> text;
  if (!arguments[0]->ToString(thread_.realm().context()).ToLocal(&text)) return false;
  if (text->Length() > kMostLabel) text = Beginning(thread_.isolate(), text, kMostLabel);
  *label = ToUtf8(thread_.isolate(), text);
  return true;
}

void Console::Assert(const Arguments& arguments) {
  v8::Isolate* isolate = thread_.isolate();
  if (!arguments.empty() && arguments[0]->BooleanValue(isolate)) return;
  Arguments shown(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  v8::Local<v8::String> said = Literal(isolate, "Assertion failed");
  if (!shown.empty() && shown[0]->IsString()) {
    said = v8::String::Concat(isolate, said, Literal(isolate, ": "));
    if (shown[0].As<v8::String>()->Length() <= static_cast<int>(kMostBytes)) {
      said = v8::String::Concat(isolate, said, shown[0].As<v8::String>());
    }
    shown[0] = said;
  } else {
    shown.insert(shown.begin(), said);
  }
  Send("error", shown);
}

void Console::Count(const Arguments& arguments) {
  std::string label;
  if (!LabelOf(arguments, &label)) return;
  if (counts_.size() >= kMostLabels && !counts_.contains(label)) {
    return Warn("console.count(): too many labels");
  }
  const uint64_t count = ++counts_[label];
  Send("log", {Text(thread_.isolate(), label + ": " + std::to_string(count))});
}

void Console::ResetCount(const Arguments& arguments) {
  std::string label;
  if (!LabelOf(arguments, &label)) return;
  if (counts_.erase(label) == 0) Warn("Count for '" + label + "' does not exist");
}

void Console::StartTimer(const Arguments& arguments) {
  std::string label;
  if (!LabelOf(arguments, &label)) return;
  if (timers_.contains(label)) return Warn("Timer '" + label + "' already exists");
  if (timers_.size() >= kMostLabels) return Warn("console.time(): too many labels");
  timers_[label] = NowNanos();
}

void Console::TellTimer(const Arguments& arguments, Method method) {
  v8::Isolate* isolate = thread_.isolate();
  std::string label;
  if (!LabelOf(arguments, &label)) return;
  auto found = timers_.find(label);
  if (found == timers_.end()) return Warn("Timer '" + label + "' does not exist");
  char elapsed[64];
  std::snprintf(elapsed, sizeof elapsed, ": %.3f ms",
                static_cast<double>(NowNanos() - found->second) / 1e6);
  Arguments shown{Text(isolate, label + elapsed)};
  if (method == Method::kTimeEnd) {
    timers_.erase(found);
  } else if (arguments.size() > 1) {
    shown.insert(shown.end(), arguments.begin() + 1, arguments.end());
  }
  Send("log", shown);
}

// As an error tells it, so that the stack is the plugin's and of its length.
void Console::Trace(const Arguments& arguments) {
  v8::Isolate* isolate = thread_.isolate();
  Arguments shown = arguments;
  v8::Local<v8::StackTrace> trace = v8::StackTrace::CurrentStackTrace(isolate, kMostFrames);
  std::string text = "Trace";
  for (int i = 0; i < trace->GetFrameCount(); ++i) {
    v8::Local<v8::StackFrame> frame = trace->GetFrame(isolate, static_cast<uint32_t>(i));
    text += "\n    at ";
    v8::Local<v8::String> function = frame->GetFunctionName();
    if (!function.IsEmpty() && function->Length() > 0) {
      text += Clipped(isolate, function);
      text += ' ';
    }
    v8::Local<v8::String> file = frame->GetScriptNameOrSourceURL();
    text += '(';
    if (!file.IsEmpty()) text += Clipped(isolate, file);
    text += ':';
    text += std::to_string(frame->GetLineNumber());
    text += ':';
    text += std::to_string(frame->GetColumn());
    text += ')';
  }
  shown.emplace_back(Text(isolate, text));
  Send("trace", shown);
}

}  // namespace isolet
