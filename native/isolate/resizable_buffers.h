// Charges resizable ArrayBuffers and growable SharedArrayBuffers: V8 takes their
// memory from its page allocator, never from ours, on all of Node 20 to 26.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

namespace isolet {

class ExternalReferences;
class IntrinsicOverrides;
class RuntimeThread;

void MeterResizableBuffers(RuntimeThread& thread, IntrinsicOverrides& overrides);
// For snapshots.
void ListResizableBuffers(ExternalReferences& references);

}  // namespace isolet
