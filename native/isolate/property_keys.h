// The keys of one value's objects, each made once however many objects have it.
//
// Thread: any, always that of its isolate.
// Owner: ContainerReader.
#pragma once

#include <v8.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace isolet {

class PropertyKeys {
 public:
  explicit PropertyKeys(v8::Isolate* isolate) : isolate_(isolate) {}

  // The number of the key of these Latin-1 bytes. An exception is pending where V8 can't hold it.
  bool Find(const uint8_t* bytes, uint32_t length, uint32_t* number);
  // Of any other key, a string or a number.
  uint32_t Add(v8::Local<v8::Value> value);

  v8::Local<v8::Value> value(uint32_t number) const { return keys_[number].value; }
  // A name that is no index: a property of that name is not among the elements.
  bool IsName(uint32_t number) const { return keys_[number].is_name; }
  // Whether its text can stand as it is before the colon in an object literal, and is a property
  // there: __proto__ is none.
  bool IsIdentifier(uint32_t number) const { return keys_[number].is_identifier; }
  // Of an identifier.
  std::string_view text(uint32_t number) const {
    return {reinterpret_cast<const char*>(keys_[number].bytes), keys_[number].length};
  }

 private:
  struct Key {
    v8::Local<v8::Value> value;
    const uint8_t* bytes = nullptr;  // in the payload; null: not to be found
    uint32_t length = 0;
    uint32_t hash = 0;
    bool is_name = false;
    bool is_identifier = false;
  };

  static constexpr size_t kNoSlot = SIZE_MAX;

  // The slot of the key of these bytes: its own, or the free one it would take. None where both are
  // too far from where they should be.
  size_t SlotOf(const uint8_t* bytes, uint32_t length, uint32_t hash) const;
  void MakeRoom();

  v8::Isolate* const isolate_;
  std::vector<Key> keys_;
  std::vector<uint32_t> slots_;  // number + 1, open-addressed
};

}  // namespace isolet
