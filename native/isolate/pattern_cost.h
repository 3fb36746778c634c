// Tells which regular expressions would keep whoever makes them anew busy: they are parsed once
// more, which nothing can stop. 65,536 characters took the host 44 s on Node 20.
//
// Thread: any, always that of its isolate.
// Owner: ValueWriter; one for each value.
#pragma once

#include <v8.h>

#include <cstdint>

namespace isolet {

class PatternCost {
 public:
  // False: too much, with all that came before.
  bool Admit(v8::Isolate* isolate, v8::Local<v8::RegExp> regexp);

 private:
  uint64_t cost_ = 0;
};

}  // namespace isolet
