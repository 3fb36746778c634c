// Gives memory that the C library keeps for later back to the system: after a
// runtime has run out of its own, that is a lot, and nothing else may want it.
//
// Thread: any.
// Owner: nobody; a function.
#pragma once

#include <cstdlib>  // for __GLIBC__, too

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace isolet {

inline void ReturnFreeMemory() {
#if defined(__GLIBC__)
  // Other libraries do it by themselves. glibc's arenas are per thread and trim
  // only their ends: 250 MB stayed after 40 such deaths.
  malloc_trim(0);
#endif
}

}  // namespace isolet
