// Memory for copies of large buffers: in huge pages where the system has them, as the first touch
// of each page costs more than what is copied into it (16 MiB: 8 to 12 ms in pages of 4 KiB, 1 to 2
// in those of 2 MiB, on a virtual machine).
//
// Thread: any.
// Owner: whoever allocates, until it is freed with the same size.
#pragma once

#include <cstddef>

namespace isolet {

// Null where the system refuses. 0 bytes are some memory, too.
void* AllocateLarge(size_t bytes);
void FreeLarge(void* memory, size_t bytes);

}  // namespace isolet
