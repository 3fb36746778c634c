#include "isolate/exception_report.h"

#include <algorithm>
#include <memory>
#include <string>

#include "isolate/module_error.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"
#include "isolate/value_writer.h"

namespace isolet {
namespace {

constexpr int kMostFrames = 32;
// Text beyond this says nothing more to a reader, and a plugin pays nothing for
// making it.
constexpr int kMostText = 1 << 16;

class Report {
 public:
  Report(RuntimeThread& thread, v8::Local<v8::Value> exception, v8::Local<v8::Message> message)
      : thread_(thread),
        isolate_(thread.isolate()),
        context_(thread.realm().context()),
        exception_(exception),
        message_(message),
        object_(v8::Object::New(isolate_)) {}

  bool Build();
  bool Encode(Payload* payload);
  void Drop(const char* field) {
    object_->Delete(context_, Literal(isolate_, field)).FromMaybe(false);
  }

 private:
  void Set(const char* field, v8::Local<v8::Value> value) {
    object_->CreateDataProperty(context_, Literal(isolate_, field), value).FromMaybe(false);
  }
  // A property of the error if it is a string; a getter that throws is none.
  v8::Local<v8::String> TextOf(const char* field, const char* otherwise);
  v8::Local<v8::String> Cut(v8::Local<v8::String> text);
  v8::Local<v8::Array> Frames(std::string* first_place);
  v8::Local<v8::Object> Frame(v8::Local<v8::Value> function, v8::Local<v8::Value> file, int line,
                              int column);
  void AddErrorFields(v8::Local<v8::Object> error);

  RuntimeThread& thread_;
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  const v8::Local<v8::Value> exception_;
  v8::Local<v8::Message> message_;
  const v8::Local<v8::Object> object_;
};

v8::Local<v8::String> Report::Cut(v8::Local<v8::String> text) {
  return text->Length() <= kMostText ? text : Beginning(isolate_, text, kMostText);
}

v8::Local<v8::String> Report::TextOf(const char* field, const char* otherwise) {
  // A stop that a try of ours has swallowed must not let the next getter run.
  if (thread_.Stopping()) return Literal(isolate_, otherwise);
  v8::TryCatch try_catch(isolate_);
  v8::Local<v8::Value> value;
  if (exception_.As<v8::Object>()->Get(context_, Literal(isolate_, field)).ToLocal(&value) &&
      value->IsString()) {
    return Cut(value.As<v8::String>());
  }
  return Literal(isolate_, otherwise);
}

v8::Local<v8::Object> Report::Frame(v8::Local<v8::Value> function, v8::Local<v8::Value> file,
                                    int line, int column) {
  v8::Local<v8::Object> frame = v8::Object::New(isolate_);
  auto set = [&](const char* field, v8::Local<v8::Value> value) {
    frame->CreateDataProperty(context_, Literal(isolate_, field), value).FromMaybe(false);
  };
  v8::Local<v8::Value> empty = v8::String::Empty(isolate_);
  set("functionName", function.IsEmpty() || !function->IsString() ? empty : function);
  set("fileName", file.IsEmpty() || !file->IsString() ? empty : file);
  set("lineNumber", v8::Integer::New(isolate_, line));
  set("columnNumber", v8::Integer::New(isolate_, column));
  return frame;
}

v8::Local<v8::Array> Report::Frames(std::string* first_place) {
  v8::Local<v8::StackTrace> trace;
  if (exception_->IsObject()) trace = v8::Exception::GetStackTrace(exception_);
  if (trace.IsEmpty() && !message_.IsEmpty()) trace = message_->GetStackTrace();
  std::vector<v8::Local<v8::Value>> frames;
  int count = trace.IsEmpty() ? 0 : trace->GetFrameCount();
  for (int i = 0; i < count && i < kMostFrames; ++i) {
    v8::Local<v8::StackFrame> frame = trace->GetFrame(isolate_, static_cast<uint32_t>(i));
    frames.emplace_back(Frame(frame->GetFunctionName(), frame->GetScriptNameOrSourceURL(),
                              frame->GetLineNumber(), frame->GetColumn()));
  }
  // A syntax error has no frame of its own: the place where parsing ended is one, before those
  // of who imported the module. A promise that was rejected with it brings no message along.
  if ((count > 0 || message_.IsEmpty()) && exception_->IsNativeError()) {
    message_ = v8::Exception::CreateMessage(isolate_, exception_);
  }
  if (message_.IsEmpty()) return v8::Array::New(isolate_, frames.data(), frames.size());
  v8::Local<v8::Value> file = message_->GetScriptOrigin().ResourceName();
  bool is_elsewhere = false;
  if (count > 0 && !file.IsEmpty() && file->IsString()) {
    // Empty for code that has no name.
    v8::Local<v8::Value> first = trace->GetFrame(isolate_, 0)->GetScriptNameOrSourceURL();
    is_elsewhere = first.IsEmpty() || !file->StrictEquals(first);
  }
  int line = 0;
  if ((count == 0 || is_elsewhere) && message_->GetLineNumber(context_).To(&line) && line > 0) {
    int column = message_->GetStartColumn(context_).FromMaybe(0) + 1;
    frames.insert(frames.begin(), Frame({}, file, line, column));
    if (!file.IsEmpty() && file->IsString()) {
      *first_place = ToUtf8(isolate_, file.As<v8::String>()) + ":" + std::to_string(line) + ":" +
                     std::to_string(column);
    }
  }
  return v8::Array::New(isolate_, frames.data(), frames.size());
}

void Report::AddErrorFields(v8::Local<v8::Object> error) {
  if (thread_.Stopping()) return;
  v8::TryCatch try_catch(isolate_);
  v8::Local<v8::Value> cause;
  if (error->HasOwnProperty(context_, Literal(isolate_, "cause")).FromMaybe(false) &&
      error->Get(context_, Literal(isolate_, "cause")).ToLocal(&cause)) {
    Set("cause", cause);
  }
  if (thread_.Stopping()) return;
  v8::Local<v8::Array> names;
  if (!error
           ->GetOwnPropertyNames(
               context_, static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS))
           .ToLocal(&names)) {
    return;
  }
  v8::Local<v8::Object> properties = v8::Object::New(isolate_);
  bool any = false;
  for (uint32_t i = 0; i < names->Length(); ++i) {
    v8::Local<v8::Value> name;
    v8::Local<v8::Value> value;
    if (!names->Get(context_, i).ToLocal(&name)) return;
    bool is_known = false;
    for (const char* field : {"name", "message", "stack", "cause"}) {
      is_known = is_known || name->StrictEquals(Literal(isolate_, field));
    }
    if (thread_.Stopping()) return;
    if (is_known || !error->Get(context_, name).ToLocal(&value)) continue;
    any = properties->CreateDataProperty(context_, name.As<v8::Name>(), value).FromMaybe(false) ||
          any;
  }
  if (any) Set("properties", properties);
}

bool Report::Build() {
  std::string place;
  v8::Local<v8::Array> frames = Frames(&place);
  if (exception_->IsNativeError()) {
    v8::Local<v8::String> name = TextOf("name", "Error");
    v8::Local<v8::String> message = TextOf("message", "");
    v8::Local<v8::String> stack = TextOf("stack", "");
    if (!place.empty()) {
      std::string text = ToUtf8(isolate_, stack);
      text.insert(std::min(text.find("\n    at "), text.size()), "\n    at " + place);
      stack = Text(isolate_, text);
    }
    Set("name", name);
    Set("message", message);
    Set("stack", Cut(stack));
    AddErrorFields(exception_.As<v8::Object>());
  } else {
    v8::Local<v8::String> text = Literal(isolate_, "an object that is no Error was thrown");
    if (!exception_->IsObject()) {
      v8::TryCatch try_catch(isolate_);
      text = exception_->ToDetailString(context_).FromMaybe(text);
      text = Cut(text);
    } else if (!exception_->IsProxy()) {
      v8::Local<v8::String> own = TextOf("message", "");
      if (own->Length() > 0) text = own;
    }
    Set("name", Literal(isolate_, "Error"));
    Set("message", text);
    Set("stack", text);
    Set("value", exception_);
  }
  Set("frames", frames);
  return !thread_.Stopping();
}

bool Report::Encode(Payload* payload) {
  if (thread_.Stopping()) return false;
  payload->Clear();
  v8::TryCatch try_catch(isolate_);
  ValueWriter writer(thread_.realm(), thread_.functions(), *payload, thread_.core().limits,
                     ErrorStacks::kKeep);
  return writer.Write(object_, "error");
}

}  // namespace

bool ReportException(RuntimeThread& thread, v8::Local<v8::Value> exception,
                     v8::Local<v8::Message> message, Failure* failure) {
  v8::HandleScope handles(thread.isolate());
  v8::TryCatch try_catch(thread.isolate());
  failure->kind = FailureKind::kJavaScript;
  failure->host_error = thread.functions().HostErrorOf(exception);
  v8::Local<v8::Value> cause;
  if (exception->IsNativeError() &&
      DescribeModuleError(thread.realm(), exception.As<v8::Object>(), failure, &cause)) {
    failure->host_error = thread.functions().HostErrorOf(cause);
  }
  failure->report = std::make_shared<Payload>();
  Report report(thread, exception, message);
  if (!report.Build()) return false;
  if (report.Encode(failure->report.get())) return true;
  // What can't cross is left out, the likeliest first.
  for (const char* field : {"value", "properties", "cause", "frames", "stack"}) {
    if (thread.Stopping()) return false;
    report.Drop(field);
    if (report.Encode(failure->report.get())) return true;
  }
  failure->report.reset();
  return !thread.Stopping();
}

}  // namespace isolet
