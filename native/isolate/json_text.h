// Refuses texts to JSON.parse that would not fit beside their result: what the parser holds
// is outside the heap, in no limit, and lost where the runtime dies in it.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

namespace isolet {

class ExternalReferences;
class IntrinsicOverrides;
class RuntimeThread;

// What JSON.parse gives of a text that the host gave; empty with an exception pending.
v8::MaybeLocal<v8::Value> ParseJsonText(RuntimeThread& thread, v8::Local<v8::String> text);

void BoundJsonText(RuntimeThread& thread, IntrinsicOverrides& overrides);
// For snapshots.
void ListJsonText(ExternalReferences& references);

}  // namespace isolet
