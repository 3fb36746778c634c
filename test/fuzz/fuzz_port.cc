#include "fuzz_port.h"

namespace isolet {
namespace {

constexpr size_t kFunctions = 8;

}  // namespace

FuzzPort::FuzzPort(const Realm& realm) : realm_(realm) {
  for (size_t i = 0; i < kFunctions; ++i) {
    functions_.emplace_back(
        realm.isolate(), v8::Function::New(
                             realm.context(), [](const v8::FunctionCallbackInfo<v8::Value>&) {}, {},
                             0, v8::ConstructorBehavior::kThrow)
                             .ToLocalChecked());
  }
}

bool FuzzPort::Export(v8::Local<v8::Function> function, v8::Local<v8::Value>, FunctionName* name,
                      Refusal*) {
  name->tag = WireTag::kFunction;
  name->id = 0;
  // A seed's function is none of ours, and stands for the first.
  for (size_t i = 0; i < kFunctions; ++i) {
    if (functions_[i] == function) name->id = i;
  }
  return true;
}

bool FuzzPort::OpenStream(v8::Local<v8::Object>, StreamEnds* ends) {
  ends->pull = functions_[0].Get(realm_.isolate());
  ends->cancel = functions_[1].Get(realm_.isolate());
  return true;
}

v8::MaybeLocal<v8::Value> FuzzPort::WrapStream(const StreamEnds&) {
  v8::Isolate* isolate = realm_.isolate();
  v8::Local<v8::Object> stream = v8::Object::New(isolate);
  // So that what was decoded is encoded as a stream again: the one that OpenStream gives.
  bool made = stream
                  ->CreateDataProperty(realm_.context(), v8::Symbol::GetAsyncIterator(isolate),
                                       functions_[0].Get(isolate))
                  .FromMaybe(false);
  return made ? v8::MaybeLocal<v8::Value>(stream) : v8::MaybeLocal<v8::Value>();
}

v8::MaybeLocal<v8::Value> FuzzPort::Import(FunctionName name) {
  if (name.tag == WireTag::kOwnFunction && name.id >= kFunctions) return {};
  return functions_[name.id % kFunctions].Get(realm_.isolate());
}

}  // namespace isolet
