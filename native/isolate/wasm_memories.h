// Charges WebAssembly's memory, and the code of its modules: neither is in V8's heap
// limit nor in the allocator, and Node 26 does not even count it.
//
// An instance's code can grow its memory without anyone outside seeing it. So what is
// charged is the most that a memory can become, and that most is bounded: by a part of
// the runtime's limit, where the module or the plugin asks for more.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

namespace isolet {

class ExternalReferences;
class IntrinsicOverrides;
class RuntimeThread;

// False: the realm has none.
bool MeterWebAssembly(RuntimeThread& thread, IntrinsicOverrides& overrides);
// For snapshots.
void ListWasmMemories(ExternalReferences& references);

}  // namespace isolet
