// Gives memory that the C library keeps for later back to the system: a script
// can have made that a lot, and nothing else may want it.
//
// Thread: any.
// Owner: nobody; functions.
#pragma once

namespace isolet {

// What is left over where this thread allocates, up to 64 MiB: at the thread's end.
void ReturnFreeMemoryOfThread();

// What is left over between what is in use, wherever. Takes milliseconds.
void ReturnFreeMemory();

}  // namespace isolet
