// Counts the types of WebAssembly.Tag objects, which are in V8's table as those of modules
// are.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

namespace isolet {

class ExternalReferences;
class IntrinsicOverrides;

void CountWasmTags(IntrinsicOverrides& overrides, v8::Local<v8::Object> namespace_object);
// For snapshots.
void ListWasmTags(ExternalReferences& references);

}  // namespace isolet
