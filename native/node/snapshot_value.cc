#include "node/snapshot_value.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "isolate/external_references.h"

namespace isolet {
namespace {

template <class Byte>
std::vector<Byte> BytesOf(const Napi::Value& value) {
  if (!value.IsTypedArray()) return {};
  auto array = value.As<Napi::Uint8Array>();
  const auto* bytes = reinterpret_cast<const Byte*>(array.Data());
  return {bytes, bytes + array.ByteLength()};
}

template <class Byte>
Napi::Value ArrayOf(Napi::Env env, const std::vector<Byte>& bytes) {
  Napi::Uint8Array array = Napi::Uint8Array::New(env, bytes.size());
  std::ranges::copy(bytes, reinterpret_cast<Byte*>(array.Data()));
  return array;
}

}  // namespace

std::shared_ptr<const Snapshot> SnapshotOf(const Napi::Value& value) {
  if (!value.IsObject()) return nullptr;
  auto given = value.As<Napi::Object>();
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->blob = BytesOf<char>(given.Get("blob"));
  Napi::Value scripts = given.Get("scripts");
  if (!scripts.IsArray()) return snapshot;
  auto list = scripts.As<Napi::Array>();
  for (uint32_t i = 0; i < list.Length(); ++i) {
    auto script = list.Get(i).As<Napi::Object>();
    snapshot->scripts.push_back({script.Get("name").ToString(), script.Get("source").ToString(),
                                 BytesOf<uint8_t>(script.Get("cache"))});
  }
  return snapshot;
}

Napi::Value ValueOf(Napi::Env env, const Snapshot& snapshot) {
  Napi::Object value = Napi::Object::New(env);
  if (!snapshot.blob.empty()) {
    value.Set("blob", ArrayOf(env, snapshot.blob));
    return value;
  }
  Napi::Array caches = Napi::Array::New(env);
  for (const Snapshot::Script& script : snapshot.scripts) {
    caches.Set(caches.Length(), ArrayOf(env, script.cache));
  }
  value.Set("caches", caches);
  return value;
}

// The list of references grows and changes with the addon, whose version lib/ adds.
Napi::Value SnapshotFormat(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(ExternalReferences::Count()));
}

}  // namespace isolet
