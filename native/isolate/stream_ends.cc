#include "isolate/stream_ends.h"

#include "isolate/realm.h"
#include "isolate/v8_prototypes.h"

namespace isolet {
namespace {

// Nothing that is iterated over has more to inherit from.
constexpr int kLongestChain = 16;

}  // namespace

bool StreamEnds::Take(v8::Local<v8::Context> context, v8::Local<v8::Value> pair) {
  v8::Local<v8::Value> first;
  v8::Local<v8::Value> second;
  if (!pair->IsArray() || !pair.As<v8::Array>()->Get(context, 0).ToLocal(&first) ||
      !pair.As<v8::Array>()->Get(context, 1).ToLocal(&second) || !first->IsFunction() ||
      !second->IsFunction()) {
    return false;
  }
  pull = first.As<v8::Function>();
  cancel = second.As<v8::Function>();
  return true;
}

bool IsAsyncIterable(const Realm& realm, v8::Local<v8::Object> object) {
  v8::Local<v8::Symbol> key = v8::Symbol::GetAsyncIterator(realm.isolate());
  v8::Local<v8::Value> at = object;
  for (int i = 0; i < kLongestChain; ++i) {
    if (!at->IsObject() || at->IsProxy() || realm.IsObjectPrototype(at)) return false;
    if (at.As<v8::Object>()->HasRealNamedProperty(realm.context(), key).FromMaybe(false)) {
      return true;
    }
    at = GetPrototype(at.As<v8::Object>());
  }
  return false;
}

}  // namespace isolet
