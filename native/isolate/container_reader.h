// Builds the objects that hold other values, one inside the other: takes what they
// hold as it is decoded, and puts each value in its place.
//
// Defines own data properties and nothing else, so that no code runs.
//
// Thread: any, always that of its realm.
// Owner: ValueReader.
#pragma once

#include <v8.h>

#include <vector>

#include "isolate/container_kind.h"
#include "isolate/object_table.h"
#include "isolate/primitive_reader.h"
#include "isolate/realm.h"
#include "shared/wire_format.h"

namespace isolet {

// Whether plain objects, arrays and functions are frozen once they are complete.
enum class Freezing : uint8_t { kNone, kDeep };

class ContainerReader {
 public:
  ContainerReader(const Realm& realm, WireReader* in, PrimitiveReader* primitives,
                  ObjectTable* objects)
      : realm_(realm),
        isolate_(realm.isolate()),
        context_(realm.context()),
        in_(in),
        primitives_(primitives),
        objects_(objects) {}

  void Freeze(Freezing freezing) { freezing_ = freezing; }
  // Freezes `object` if that is asked for. False with an exception pending.
  bool Complete(v8::Local<v8::Object> object);

  // Reads what follows a container's tag, up to the first value in it. False with
  // an exception pending where V8 refuses to make it, without where the bytes make
  // no sense.
  bool Open(WireTag tag);
  // Nothing in a kPrimitiveArray can refer to it, so that it is made last and at
  // once. Empty: as Open.
  v8::Local<v8::Object> ReadPrimitiveArray();
  // Goes to the place of the next value in the innermost container; closes it if
  // there is none, leaving it in `closed`. False: as Open.
  bool Next(v8::Local<v8::Object>* closed);
  // Puts `value` there. False: as Open.
  bool Place(v8::Local<v8::Value> value);

  bool empty() const { return frames_.empty(); }
  void Clear() {
    frames_.clear();
    awaited_ = 0;
  }

 private:
  struct Frame {
    ContainerKind kind;
    v8::Local<v8::Object> object;
    v8::Local<v8::Value> key;
    // kArray: elements begun. Else the highest index so far; the highest there is once
    // the elements are in a dictionary.
    uint32_t index = 0;
    uint32_t count = 0;
    bool hidden = false;
  };

  bool Push(ContainerKind kind, v8::Local<v8::Object> object, uint32_t count);
  // False also where fewer bytes are left than elements: each takes one at least.
  bool ReadArrayLength(uint32_t* length);
  bool OpenArray();
  bool OpenSparseArray();
  bool SetLength(v8::Local<v8::Array> array, uint32_t length);
  bool OpenError();
  bool ReadKey(Frame* frame);
  bool Define(Frame* frame, v8::Local<v8::Value> value);
  bool DefineElement(Frame* frame, uint32_t index, v8::Local<v8::Value> value);
  bool DefineHidden(v8::Local<v8::Object> object, v8::Local<v8::Value> key,
                    v8::Local<v8::Value> value);

  const Realm& realm_;
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  WireReader* const in_;
  PrimitiveReader* const primitives_;
  ObjectTable* const objects_;
  Freezing freezing_ = Freezing::kNone;
  std::vector<Frame> frames_;
  // Elements of open arrays still to come: arrays one inside the other share the
  // bytes that are left.
  uint64_t awaited_ = 0;
};

}  // namespace isolet
