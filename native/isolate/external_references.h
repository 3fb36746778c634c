// The native functions that a snapshot may refer to, by their place in this list: the same in
// every process that has this build of the addon.
//
// Thread: any.
// Owner: the process (made once, leaked).
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

namespace isolet {

class ExternalReferences {
 public:
  // As V8 takes it, with a zero at the end.
  static const intptr_t* List();
  static size_t Count();
  // The place of one that is there.
  static uint32_t PlaceOf(v8::FunctionCallback callback);
  // Null: no function has that place.
  static v8::FunctionCallback FunctionAt(uint32_t place);

  void Add(v8::FunctionCallback callback) {
    list_.push_back(reinterpret_cast<intptr_t>(callback));
    functions_.push_back(callback);
  }
  void Add(v8::AccessorNameGetterCallback getter) {
    list_.push_back(reinterpret_cast<intptr_t>(getter));
    functions_.push_back(nullptr);
  }

 private:
  ExternalReferences();
  static const ExternalReferences& Get();

  std::vector<intptr_t> list_;
  // At the same places; null: another kind of function.
  std::vector<v8::FunctionCallback> functions_;
};

}  // namespace isolet
