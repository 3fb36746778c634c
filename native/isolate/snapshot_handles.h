// The handles that C++ holds of a realm, as a snapshot keeps them: a list that is written in
// some order, and read in the same.
//
// Thread: runtime.
// Owner: RuntimeThread, while a realm is being written or restored.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>

namespace isolet {

class SnapshotHandles {
 public:
  // Reads what the snapshot of `context` has.
  explicit SnapshotHandles(v8::Local<v8::Context> context) : context_(context) {}
  // Writes, to `creator`.
  SnapshotHandles(v8::Local<v8::Context> context, v8::SnapshotCreator& creator)
      : context_(context), creator_(&creator) {}

  // Whether all that was asked for was there.
  bool is_sound() const { return is_sound_; }

  // A value, or nothing; V8 keeps a handle that is empty as undefined.
  template <class T>
  void Exchange(v8::Isolate* isolate, v8::Global<T>& handle) {
    if (creator_ == nullptr) {
      v8::Local<v8::Value> value = Read();
      if (!value->IsUndefined()) handle.Reset(isolate, value.As<T>());
    } else if (handle.IsEmpty()) {
      Write(v8::Undefined(isolate));
    } else {
      Write(handle.Get(isolate));
    }
  }
  void Exchange(v8::Isolate* isolate, uint32_t& number);

 private:
  v8::Local<v8::Value> Read();
  void Write(v8::Local<v8::Value> value);

  const v8::Local<v8::Context> context_;
  v8::SnapshotCreator* const creator_ = nullptr;
  size_t next_ = 0;
  bool is_sound_ = true;
};

}  // namespace isolet
