// Encodes the objects that hold other values, one inside the other: hands out
// what they hold one by one, and knows the path to it.
//
// A stack of its own, not the machine's: a deep value is a depth error, never an
// overflow.
//
// Thread: any, always that of the objects' realm.
// Owner: ValueWriter.
#pragma once

#include <v8.h>

#include <string>
#include <vector>

#include "isolate/container_kind.h"
#include "isolate/primitive_writer.h"
#include "isolate/realm.h"
#include "isolate/write_problem.h"
#include "shared/wire_format.h"

namespace isolet {

// An error's stack names files of the side it comes from.
enum class ErrorStacks : uint8_t { kKeep, kStrip };

class ContainerWriter {
 public:
  ContainerWriter(const Realm& realm, WireWriter* out, PrimitiveWriter* primitives,
                  uint32_t max_depth, ErrorStacks stacks)
      : isolate_(realm.isolate()),
        context_(realm.context()),
        out_(out),
        primitives_(primitives),
        max_depth_(max_depth),
        stacks_(stacks) {}

  WriteProblem OpenObject(v8::Local<v8::Object> object);
  WriteProblem OpenArray(v8::Local<v8::Array> array);
  // `object` need not be an array: a proxy of one is read alike.
  WriteProblem OpenDenseArray(v8::Local<v8::Object> object, uint32_t length);
  // `entries` of a Map or Set.
  WriteProblem OpenEntries(v8::Local<v8::Object> object, v8::Local<v8::Array> entries,
                           ContainerKind kind);
  WriteProblem OpenError(v8::Local<v8::Object> object);

  // Reads what comes next in the innermost container, its key written. Leaves
  // `value` empty where there is nothing to write: at a hole, or at the end, with
  // which the container is closed.
  WriteProblem Next(v8::Local<v8::Value>* value);
  // What Next has given is an object.
  void NoteObject() { frames_.back().only_primitives = false; }

  bool empty() const { return frames_.empty(); }
  size_t depth() const { return frames_.size(); }
  v8::Local<v8::Object> innermost() const { return frames_.back().object; }
  void Clear() { frames_.clear(); }
  // Where in the value that `root` names the writing is.
  std::string Path(std::string root) const;

 private:
  struct Frame {
    ContainerKind kind;
    v8::Local<v8::Object> object;
    v8::Local<v8::Array> items;  // keys, or entries of a Map or Set
    uint32_t index = 0;
    uint32_t count = 0;
    uint32_t visible = 0;  // kError: items before this index are enumerable
    size_t tag_offset = 0;
    bool only_primitives = true;
  };

  bool HasEveryIndex(v8::Local<v8::Array> array, uint32_t length) const;
  WriteProblem Push(Frame frame);
  void Close();
  WriteProblem NextElement(Frame& frame, v8::Local<v8::Value>* value);
  WriteProblem NextProperty(Frame& frame, v8::Local<v8::Value>* value);
  WriteProblem WriteErrorFields(v8::Local<v8::Object> error);
  WriteProblem ListErrorKeys(Frame* frame);

  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  WireWriter* const out_;
  PrimitiveWriter* const primitives_;
  const uint32_t max_depth_;
  const ErrorStacks stacks_;
  std::vector<Frame> frames_;
};

}  // namespace isolet
