// Tells which Maps and Sets would keep whoever makes them anew busy: 50,000 keys that all
// collide took the host half a minute, within every limit of sizes.
//
// (Rejected: a look at the clock while they are made, which refuses by chance, and where the
// host's time is spent already.)
//
// Thread: any, always that of the keys' realm.
// Owner: ValueWriter; one for each value.
#pragma once

#include <v8.h>

#include <cstdint>

#include "isolate/container_kind.h"
#include "isolate/function_port.h"
#include "isolate/realm.h"

namespace isolet {

class KeyCollisions {
 public:
  // `entries` of a Map or Set. False: too much, with all that came before; or whoever writes is to
  // stop.
  bool Admit(const Realm& realm, FunctionPort& port, v8::Local<v8::Array> entries,
             ContainerKind kind);

 private:
  uint64_t keys_ = 0;
  uint64_t comparisons_ = 0;
};

}  // namespace isolet
