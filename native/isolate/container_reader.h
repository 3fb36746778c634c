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
#include "isolate/property_keys.h"
#include "isolate/realm.h"
#include "isolate/record_maker.h"
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
        objects_(objects),
        keys_(isolate_),
        records_(realm, keys_) {}

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
  // A plain object of primitives whose shape the realm knows: a message is often one such. False
  // with nothing read: it is none. `object` is empty where V8 refused to make it.
  bool ReadKnownRecord(v8::Local<v8::Object>* object);
  // Goes to the place of the next value in the innermost container; closes it if
  // there is none, leaving it in `closed`. False: as Open.
  bool Next(v8::Local<v8::Object>* closed);
  // Puts `value` there. False: as Open.
  bool Place(v8::Local<v8::Value> value);
  // The object of that number, which has been begun. Empty: as Open.
  v8::Local<v8::Object> Find(uint64_t number);

  bool empty() const { return frames_.empty(); }
  void Clear() {
    frames_.clear();
    held_keys_.clear();
    held_values_.clear();
    awaited_ = 0;
  }

 private:
  // Plain objects and arrays are made when all that they hold is there, the latter at once and the
  // former by RecordMaker, or when something inside refers to them.
  struct Frame {
    ContainerKind kind;
    v8::Local<v8::Object> object;  // empty: not made yet
    v8::Local<v8::Value> key;
    // kArray: elements begun. Else the highest index so far; the highest there is once
    // the elements are in a dictionary.
    uint32_t index = 0;
    uint32_t count = 0;
    bool hidden = false;
    size_t number = 0;
    size_t first_key = 0;  // of those held
    size_t first_value = 0;
  };

  bool Push(ContainerKind kind, v8::Local<v8::Object> object, uint32_t count);
  // For what is made later.
  bool Hold(ContainerKind kind, uint32_t count);
  // Makes it of what is held.
  bool Make(Frame* frame);
  bool MakeRecord(Frame* frame);
  v8::Local<v8::Object> MakeArray(v8::Local<v8::Value>* elements, size_t count, uint32_t length);
  // False also where fewer bytes are left than elements: each takes one at least.
  bool ReadArrayLength(uint32_t* length);
  bool OpenArray();
  bool OpenSparseArray();
  bool SetLength(v8::Local<v8::Array> array, uint32_t length);
  bool OpenError();
  bool ReadKey(Frame* frame);
  bool ReadRecordKey(Frame* frame);
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
  PropertyKeys keys_;
  RecordMaker records_;
  std::vector<Frame> frames_;
  // Of the containers that are not made yet, those of inner ones behind those of outer ones. No
  // value: a hole.
  std::vector<uint32_t> held_keys_;
  std::vector<v8::Local<v8::Value>> held_values_;
  // Elements of open arrays still to come: arrays one inside the other share the
  // bytes that are left.
  uint64_t awaited_ = 0;
};

}  // namespace isolet
