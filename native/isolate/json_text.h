// Refuses texts to JSON.parse that would not fit beside their result: what the parser holds
// is outside the heap, in no limit, and lost where the runtime dies in it.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

namespace isolet {

class IntrinsicOverrides;
class RuntimeThread;

void BoundJsonText(RuntimeThread& thread, IntrinsicOverrides& overrides);

}  // namespace isolet
