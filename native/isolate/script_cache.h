// Scripts that are evaluated again and again, kept bound to their realm: the second time in a row
// on, a short source is not compiled, nor made a string of.
//
// V8's own cache of compiled code has the same scripts, at three times the cost: it wants the
// source as a string, its hash, and a new function each time.
//
// Thread: runtime.
// Owner: Evaluator.
#pragma once

#include <v8.h>

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace isolet {

class ScriptCache {
 public:
  // `source`: its bytes in a message. Empty: not kept.
  v8::MaybeLocal<v8::Script> Find(v8::Isolate* isolate, std::string_view source) const;
  // The script of that source has been compiled, and is kept if it was the last time, too.
  void Note(v8::Isolate* isolate, std::string_view source, v8::Local<v8::Script> script);

 private:
  struct Entry {
    std::string source;
    v8::Global<v8::Script> script;  // empty: seen once
  };

  static constexpr size_t kEntries = 16;
  static constexpr size_t kLongest = 256;

  static size_t SlotOf(std::string_view source) {
    return std::hash<std::string_view>()(source) % kEntries;
  }

  std::array<Entry, kEntries> entries_;
};

}  // namespace isolet
