#include "node/failure_error.h"

#include "isolate/v8_strings.h"
#include "isolate/value_reader.h"
#include "node/environment.h"
#include "node/host_runtime.h"

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

// The plugin's report, with the fields that it may lack.
v8::Local<v8::Object> DescribeThrown(HostRuntime& runtime, const Failure& failure) {
  v8::Isolate* isolate = runtime.environment().isolate();
  v8::Local<v8::Context> context = runtime.environment().realm().context();
  Description description(isolate, context, "javascript");
  description.Set("name", "Error");
  description.Set("message", "the plugin threw a value that can't be shown");
  description.Set("stack", "");
  description.Set("frames", v8::Array::New(isolate, 0));
  v8::Local<v8::Value> report;
  if (failure.report != nullptr) {
    ValueReader reader(runtime.environment().realm(), runtime.functions(), *failure.report,
                       nullptr);
    if (reader.Read().ToLocal(&report) && report->IsObject()) {
      v8::Local<v8::Object> fields = report.As<v8::Object>();
      for (const char* field :
           {"name", "message", "stack", "frames", "value", "cause", "properties"}) {
        v8::Local<v8::Value> value;
        v8::Local<v8::String> key = Literal(isolate, field);
        if (fields->HasOwnProperty(context, key).FromMaybe(false) &&
            fields->Get(context, key).ToLocal(&value)) {
          description.Set(field, value);
        }
      }
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
      return DescribeThrown(runtime, failure);
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
    case FailureKind::kClosed:
      return describe("closed").object();
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
    case FailureKind::kStartFailed: {
      Description description = describe("startFailed");
      description.Set("message", failure.text);
      return description.object();
    }
  }
  return describe("closed").object();
}

}  // namespace

v8::Local<v8::Value> ErrorOfFailure(HostRuntime& runtime, const Failure& failure) {
  Environment& environment = runtime.environment();
  v8::Isolate* isolate = environment.isolate();
  v8::EscapableHandleScope handles(isolate);
  v8::Local<v8::Context> context = environment.realm().context();
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Value> argument = Describe(runtime, failure);
  v8::Local<v8::Value> error;
  if (environment.create_error()
          ->Call(context, v8::Undefined(isolate), 1, &argument)
          .ToLocal(&error)) {
    return handles.Escape(error);
  }
  // Out of stack: the host's own error says more than ours could.
  if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
    return handles.Escape(try_catch.Exception());
  }
  // The host's own code is being terminated.
  return handles.Escape(v8::Exception::Error(Literal(isolate, "the call failed")));
}

}  // namespace isolet
