#include "isolate/snapshot_handles.h"

namespace isolet {

void SnapshotHandles::Exchange(v8::Isolate* isolate, uint32_t& number) {
  if (creator_ != nullptr) return Write(v8::Integer::NewFromUnsigned(isolate, number));
  v8::Local<v8::Value> value = Read();
  number = value->IsUint32() ? value.As<v8::Uint32>()->Value() : 0;
}

v8::Local<v8::Value> SnapshotHandles::Read() {
  v8::Local<v8::Value> value;
  if (context_->GetDataFromSnapshotOnce<v8::Value>(next_++).ToLocal(&value)) return value;
  is_sound_ = false;
  return v8::Undefined(v8::Isolate::GetCurrent());
}

void SnapshotHandles::Write(v8::Local<v8::Value> value) { creator_->AddData(context_, value); }

}  // namespace isolet
