// Whether the class that `then` makes its promise of is still found without running code of
// the plugin's: by Promise.prototype.constructor and Promise[Symbol.species].
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include "isolate/realm.h"

namespace isolet {

class SnapshotHandles;

class PromiseSpecies {
 public:
  // Of a realm that has run no code of the plugin's.
  explicit PromiseSpecies(const Realm& realm);
  PromiseSpecies(const Realm& realm, SnapshotHandles& handles);
  void Exchange(SnapshotHandles& handles);

  bool IsIntact() const;
  // From here on it stays as it is. (Rejected: from the start. Whoever derives from Promise by
  // assigning `constructor` to a prototype could not do so any more.) False: it could not be.
  bool Freeze() const;

 private:
  bool FindsConstructor() const;
  bool FindsSpecies() const;

  const Realm& realm_;
  v8::Global<v8::Object> promise_;
  v8::Global<v8::Object> prototype_;
  v8::Global<v8::Name> species_;
  v8::Global<v8::Value> species_getter_;
};

}  // namespace isolet
