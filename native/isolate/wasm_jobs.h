// WebAssembly.compile and instantiate, as jobs of the microtask queue that use the
// constructors which charge what they make.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

namespace isolet {

class ExternalReferences;
class IntrinsicOverrides;

void OverrideWasmJobs(IntrinsicOverrides& overrides, v8::Local<v8::Object> namespace_object,
                      v8::Local<v8::Object> module_constructor,
                      v8::Local<v8::Object> instance_constructor);
// For snapshots.
void ListWasmJobs(ExternalReferences& references);

}  // namespace isolet
