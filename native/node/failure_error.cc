#include "node/failure_error.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "isolate/v8_strings.h"
#include "isolate/value_reader.h"
#include "node/environment.h"
#include "node/host_runtime.h"
#include "node/host_try_catch.h"

namespace isolet {
namespace {

// An object of the shape of `Failure` in lib/binding.ts.
class Description {
 public:
  Description(v8::Isolate* isolate, v8::Local<v8::Context> context, const char* kind)
      : isolate_(isolate), context_(context), object_(v8::Object::New(isolate)) {
    Set("kind", kind);
  }

  void Set(const char* field, v8::Local<v8::Value> value) {
    object_->CreateDataProperty(context_, Literal(isolate_, field), value).FromMaybe(false);
  }
  void Set(const char* field, std::string_view text) { Set(field, Text(isolate_, text)); }
  void Set(const char* field, double number) { Set(field, v8::Number::New(isolate_, number)); }
  v8::Local<v8::Object> object() const { return object_; }

 private:
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  const v8::Local<v8::Object> object_;
};

// A field of what a plugin's side says, and what it must be, as code of the host
// goes on to work with it; null: whatever it is.
struct Field {
  const char* name;
  bool (v8::Value::*is_right)() const;
};
// Not constexpr: on Windows V8's functions have their addresses at run time.
const Field kThrownFields[] = {{"name", &v8::Value::IsString},
                               {"message", &v8::Value::IsString},
                               {"stack", &v8::Value::IsString},
                               {"properties", &v8::Value::IsObject},
                               {"value", nullptr},
                               {"cause", nullptr}};
const Field kFrameFields[] = {{"functionName", &v8::Value::IsString},
                              {"fileName", &v8::Value::IsString},
                              {"lineNumber", &v8::Value::IsInt32},
                              {"columnNumber", &v8::Value::IsInt32}};

// Copies the fields that are there and right; returns whether all were.
bool CopyFields(const Realm& realm, v8::Local<v8::Object> from, std::span<const Field> fields,
                v8::Local<v8::Object> to) {
  v8::Local<v8::Context> context = realm.context();
  bool all = true;
  for (const Field& field : fields) {
    v8::Local<v8::String> key = Literal(realm.isolate(), field.name);
    v8::Local<v8::Value> value;
    all = from->HasOwnProperty(context, key).FromMaybe(false) &&
          from->Get(context, key).ToLocal(&value) &&
          (field.is_right == nullptr || ((*value)->*field.is_right)()) &&
          to->CreateDataProperty(context, key, value).FromMaybe(false) && all;
  }
  return all;
}

// The frames of a report, up to the first that is none.
v8::Local<v8::Array> FramesOf(const Realm& realm, v8::Local<v8::Object> report) {
  v8::Isolate* isolate = realm.isolate();
  v8::Local<v8::Context> context = realm.context();
  v8::Local<v8::Value> list;
  std::vector<v8::Local<v8::Value>> frames;
  if (report->Get(context, Literal(isolate, "frames")).ToLocal(&list) && list->IsArray()) {
    for (uint32_t i = 0; i < list.As<v8::Array>()->Length(); ++i) {
      v8::Local<v8::Value> frame;
      v8::Local<v8::Object> copy = v8::Object::New(isolate);
      if (!list.As<v8::Array>()->Get(context, i).ToLocal(&frame) || !frame->IsObject() ||
          !CopyFields(realm, frame.As<v8::Object>(), kFrameFields, copy)) {
        break;
      }
      frames.emplace_back(copy);
    }
  }
  return v8::Array::New(isolate, frames.data(), frames.size());
}

// The plugin's report, with the fields that it may lack.
v8::Local<v8::Object> DescribeThrown(HostRuntime& runtime, const Failure& failure,
                                     const char* kind) {
  const Realm& realm = runtime.environment().realm();
  v8::Isolate* isolate = realm.isolate();
  Description description(isolate, realm.context(), kind);
  description.Set("name", "Error");
  description.Set("message", "the plugin threw a value that can't be shown");
  description.Set("stack", "");
  description.Set("frames", v8::Array::New(isolate, 0));
  v8::Local<v8::Value> report;
  if (failure.report != nullptr) {
    ValueReader reader(realm, runtime.functions(), *failure.report, nullptr);
    // That of a death is read once for every caller.
    reader.ReadAgain();
    if (reader.Read().ToLocal(&report) && report->IsObject()) {
      v8::Local<v8::Object> fields = report.As<v8::Object>();
      CopyFields(realm, fields, kThrownFields, description.object());
      description.Set("frames", FramesOf(realm, fields));
    }
  }
  v8::Local<v8::Value> original;
  if (failure.host_error != 0 && runtime.FindHostValue(failure.host_error).ToLocal(&original)) {
    description.Set("cause", original);
  }
  return description.object();
}

v8::Local<v8::Object> Describe(HostRuntime& runtime, const Failure& failure) {
  v8::Isolate* isolate = runtime.environment().isolate();
  v8::Local<v8::Context> context = runtime.environment().realm().context();
  auto describe = [&](const char* kind) { return Description(isolate, context, kind); };
  switch (failure.kind) {
    case FailureKind::kJavaScript:
      return DescribeThrown(runtime, failure, "javascript");
    case FailureKind::kModule: {
      v8::Local<v8::Object> described = DescribeThrown(runtime, failure, "module");
      for (const auto& [field, text] :
           {std::pair<const char*, const std::string&>{"specifier", failure.path},
            std::pair<const char*, const std::string&>{"referrer", failure.text}}) {
        described->CreateDataProperty(context, Literal(isolate, field), Text(isolate, text))
            .FromMaybe(false);
      }
      return described;
    }
    case FailureKind::kTimeout: {
      Description description = describe("timeout");
      description.Set("clock", failure.clock == TimeoutClock::kWall ? "wall" : "cpu");
      description.Set("limit", failure.limit);
      description.Set("elapsed", failure.seen);
      return description.object();
    }
    case FailureKind::kHeapLimit: {
      Description description = describe("heapLimit");
      description.Set("limit", failure.limit);
      description.Set("used", failure.seen);
      return description.object();
    }
    case FailureKind::kTerminated: {
      Description description = describe("terminated");
      description.Set("reason", failure.text);
      return description.object();
    }
    case FailureKind::kClosed: {
      Description description = describe("closed");
      description.Set("what", failure.text.empty() ? "the runtime" : failure.text);
      description.Set("path", failure.path);
      return description.object();
    }
    case FailureKind::kAborted:
      return describe("aborted").object();
    case FailureKind::kPendingPromise:
      return describe("pendingPromise").object();
    case FailureKind::kDataClone: {
      Description description = describe("dataClone");
      description.Set("path", failure.path);
      description.Set("what", failure.text);
      return description.object();
    }
    case FailureKind::kDepthLimit:
    case FailureKind::kBytesLimit: {
      Description description = describe("serializationLimit");
      description.Set("limit", failure.kind == FailureKind::kDepthLimit ? "depth" : "bytes");
      description.Set("max", failure.limit);
      description.Set("seen", failure.seen);
      description.Set("path", failure.path);
      return description.object();
    }
    case FailureKind::kInvalidArgument: {
      Description description = describe("invalidArgument");
      description.Set("message", failure.text);
      return description.object();
    }
    case FailureKind::kSnapshot: {
      Description description = describe("snapshot");
      description.Set("why", failure.text);
      return description.object();
    }
    case FailureKind::kStartFailed: {
      Description description = describe("startFailed");
      description.Set("message", failure.text);
      return description.object();
    }
  }
  return describe("aborted").object();
}

}  // namespace

v8::Local<v8::Value> ErrorOfFailure(HostRuntime& runtime, const Failure& failure) {
  Environment& environment = runtime.environment();
  v8::Isolate* isolate = environment.isolate();
  v8::EscapableHandleScope handles(isolate);
  v8::Local<v8::Context> context = environment.realm().context();
  HostTryCatch try_catch(isolate);
  v8::Local<v8::Object> description = Describe(runtime, failure);
  if (runtime.limits().is_named) {
    description
        ->CreateDataProperty(context, Literal(isolate, "runtime"),
                             Text(isolate, runtime.limits().name))
        .FromMaybe(false);
  }
  v8::Local<v8::Value> argument = description;
  v8::Local<v8::Value> error;
  // What was thrown may have failed to be read, by the host's want of stack or memory.
  if (!try_catch.HasCaught() && environment.create_error()
                                    ->Call(context, v8::Undefined(isolate), 1, &argument)
                                    .ToLocal(&error)) {
    return handles.Escape(error);
  }
  // The host's own error says more than ours could.
  if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
    return handles.Escape(try_catch.Exception());
  }
  // The host's own code is being terminated.
  return handles.Escape(v8::Exception::Error(Literal(isolate, "the call failed")));
}

}  // namespace isolet
