// What a realm's built-ins were before anything ran in it, to tell whether V8 can add to them.
//
// V8 leaves built-ins of its latest features out of a realm of which a snapshot is made, and adds
// them to each that comes out of one (Genesis::InitializeExperimentalGlobal, V8 13.6 and 14.6). It
// takes for granted that all others are as it made them: `Object.freeze(Error)` in a script of the
// snapshot ended the process, `Uint8Array = {}` or `delete Math` was a wild cast.
//
// Thread: runtime.
// Owner: RealmSnapshot.
#pragma once

#include <v8.h>

namespace isolet {

class IntrinsicsRecord {
 public:
  void Take(v8::Isolate* isolate, v8::Local<v8::Context> context);
  // Whether each is still there, can be added to, and has the properties that it had. False also
  // where that can't be told. Lets go of them.
  bool AreUntouched(v8::Isolate* isolate, v8::Local<v8::Context> context);
  void LetGo() { compare_.Reset(); }

 private:
  v8::Global<v8::Function> compare_;
};

}  // namespace isolet
