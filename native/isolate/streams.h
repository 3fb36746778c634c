// Streams of a runtime: the classes of the Streams standard, by a library that is compiled when
// the first is needed, and how a stream crosses: as two functions, one that gives the next
// chunk and one that cancels.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include "isolate/stream_ends.h"

namespace isolet {

class ExternalReferences;
class RuntimeThread;
class SnapshotHandles;

class Streams {
 public:
  explicit Streams(RuntimeThread& thread) : thread_(thread) {}
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  // Defines the classes as globals that load the library when they are first looked at.
  void Install();
  void Exchange(SnapshotHandles& handles);
  static void List(ExternalReferences& references);

  // See FunctionPort.
  bool Open(v8::Local<v8::Object> source, StreamEnds* ends);
  v8::MaybeLocal<v8::Value> Wrap(const StreamEnds& ends);

 private:
  static void OnGlobal(v8::Local<v8::Name> name, const v8::PropertyCallbackInfo<v8::Value>& info);
  // False with an exception pending.
  bool Load();

  RuntimeThread& thread_;
  v8::Global<v8::Object> classes_;
  v8::Global<v8::Function> open_;
  v8::Global<v8::Function> wrap_;
};

}  // namespace isolet
