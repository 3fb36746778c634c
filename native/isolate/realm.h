// A context with the intrinsics that the codec needs, taken before any code
// could patch them.
//
// Thread: any, always that of its isolate.
// Owner: RuntimeThread for the plugin's context, Environment for the host's.
#pragma once

#include <v8.h>

#include <string_view>

#include "isolate/record_shapes.h"
#include "isolate/scratch_buffer.h"

namespace isolet {

// `class_name`.prototype, of a context where nothing is patched.
v8::Local<v8::Object> PrototypeOf(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                  std::string_view class_name);

class SnapshotHandles;

class Realm {
 public:
  // `context` must be fresh, or trusted.
  Realm(v8::Isolate* isolate, v8::Local<v8::Context> context);
  // `context` comes from a snapshot: code may have run in it.
  Realm(v8::Isolate* isolate, v8::Local<v8::Context> context, SnapshotHandles& handles);
  void Exchange(SnapshotHandles& handles);

  v8::Isolate* isolate() const { return isolate_; }
  v8::Local<v8::Context> context() const { return context_.Get(isolate_); }

  ScratchBuffer& scratch() const { return scratch_; }
  RecordShapes& shapes() const { return shapes_; }

  bool IsObjectPrototype(v8::Local<v8::Value> value) const {
    return value == object_prototype_.Get(isolate_);
  }

  // An error, or what inherits from one, as a DOMException of the host's does.
  bool IsError(v8::Local<v8::Value> value) const;

  // An error of the class that `name` names, or an Error with that own name.
  v8::Local<v8::Object> NewError(v8::Local<v8::String> name, v8::Local<v8::String> message) const;
  v8::Local<v8::Object> NewError(std::string_view name, std::string_view message) const;
  // Of a realm that has run no code of the plugin's. `length`: that of the function.
  void AddFunction(v8::Local<v8::Object> holder, const char* name, int length,
                   v8::FunctionCallback callback, v8::Local<v8::Value> data = {}) const;

 private:
  v8::Isolate* const isolate_;
  mutable ScratchBuffer scratch_;
  mutable RecordShapes shapes_;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Object> object_prototype_;
  v8::Global<v8::Object> error_prototype_;
  // The classes that v8::Exception can't make.
  v8::Global<v8::Object> eval_error_prototype_;
  v8::Global<v8::Object> uri_error_prototype_;
  v8::Global<v8::Object> aggregate_error_prototype_;
};

}  // namespace isolet
