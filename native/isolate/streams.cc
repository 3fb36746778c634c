#include "isolate/streams.h"

#include <memory>
#include <string>

#include "isolate/external_references.h"
#include "isolate/runtime_thread.h"
#include "isolate/snapshot_handles.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

constexpr const char* kClasses[] = {
    "ReadableStream",           "ReadableStreamDefaultReader",
    "ReadableStreamBYOBReader", "ReadableStreamDefaultController",
    "WritableStream",           "WritableStreamDefaultWriter",
    "TransformStream",          "ByteLengthQueuingStrategy",
    "CountQueuingStrategy",
};

}  // namespace

void Streams::Install() {
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  for (const char* name : kClasses) {
    // Not SetLazyDataProperty: the library runs what the plugin has made of its realm, and V8 ends
    // the process if the property is another by the time that a lazy one is to be replaced (V8 11.3
    // to 14.6).
    context->Global()
        ->SetNativeDataProperty(context, Literal(isolate, name), OnGlobal, nullptr, {},
                                v8::DontEnum)
        .Check();
  }
}

void Streams::List(ExternalReferences& references) { references.Add(OnGlobal); }

void Streams::Exchange(SnapshotHandles& handles) {
  handles.Exchange(thread_.isolate(), classes_);
  handles.Exchange(thread_.isolate(), open_);
  handles.Exchange(thread_.isolate(), wrap_);
}

void Streams::OnGlobal(v8::Local<v8::Name> name, const v8::PropertyCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  RuntimeThread& thread = RuntimeThread::Of(isolate);
  Streams& streams = thread.streams();
  v8::Local<v8::Value> found;
  if (streams.Load() &&
      streams.classes_.Get(isolate)->Get(thread.realm().context(), name).ToLocal(&found)) {
    info.GetReturnValue().Set(found);
  }
}

bool Streams::Load() {
  if (!classes_.IsEmpty()) return true;
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Context> context = thread_.realm().context();
  std::shared_ptr<const std::string> library_source = thread_.core().streams_library->Source();
  if (library_source == nullptr) {
    isolate->ThrowException(thread_.realm().NewError(
        "Error", "there are no streams: the package web-streams-polyfill can't be read"));
    return false;
  }
  v8::Local<v8::String> parameters[] = {Literal(isolate, "exports"), Literal(isolate, "module")};
  v8::ScriptOrigin origin(
#if V8_MAJOR_VERSION < 12
      isolate,
#endif
      Literal(isolate, "<streams>"));
  v8::ScriptCompiler::Source source(Text(isolate, *library_source), origin);
  v8::Local<v8::Object> exports = v8::Object::New(isolate);
  v8::Local<v8::Value> arguments[] = {exports, v8::Object::New(isolate)};
  v8::Local<v8::Function> library;
  v8::Local<v8::Value> made;
  if (!v8::ScriptCompiler::CompileFunction(context, &source, 2, parameters).ToLocal(&library) ||
      !library->Call(context, v8::Undefined(isolate), 2, arguments).ToLocal(&made)) {
    return false;
  }
  v8::Local<v8::Value> open;
  v8::Local<v8::Value> wrap;
  if (!made->IsObject() ||
      !made.As<v8::Object>()->Get(context, Literal(isolate, "open")).ToLocal(&open) ||
      !made.As<v8::Object>()->Get(context, Literal(isolate, "wrap")).ToLocal(&wrap) ||
      !open->IsFunction() || !wrap->IsFunction()) {
    return false;
  }
  open_.Reset(isolate, open.As<v8::Function>());
  wrap_.Reset(isolate, wrap.As<v8::Function>());
  classes_.Reset(isolate, exports);
  return true;
}

v8::MaybeLocal<v8::Value> Streams::Wrap(const StreamEnds& ends) {
  if (!Load()) return {};
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Value> arguments[] = {ends.pull, ends.cancel};
  return wrap_.Get(isolate)->Call(thread_.realm().context(), v8::Undefined(isolate), 2, arguments);
}

bool Streams::Open(v8::Local<v8::Object> source, StreamEnds* ends) {
  if (!Load()) return false;
  v8::Isolate* isolate = thread_.isolate();
  v8::Local<v8::Value> argument = source;
  v8::Local<v8::Value> opened;
  return open_.Get(isolate)
             ->Call(thread_.realm().context(), v8::Undefined(isolate), 1, &argument)
             .ToLocal(&opened) &&
         ends->Take(thread_.realm().context(), opened);
}

}  // namespace isolet
