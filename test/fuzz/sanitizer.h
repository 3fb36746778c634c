// What AddressSanitizer offers beyond its checks. Without it these do nothing: the
// plain build is for clang-tidy and for debugging.
//
// Thread: any.
// Owner: nobody; functions.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>

// From sanitizer/allocator_interface.h, which GCC does not install.
extern "C" int __sanitizer_install_malloc_and_free_hooks(  // NOLINT(bugprone-reserved-identifier)
    void (*malloc_hook)(const volatile void*, size_t), void (*free_hook)(const volatile void*));
#endif

namespace isolet {

#if defined(__SANITIZE_ADDRESS__)
// A read of these bytes is an error until they are unpoisoned.
inline void Poison(const void* bytes, size_t size) { ASAN_POISON_MEMORY_REGION(bytes, size); }
inline void Unpoison(const void* bytes, size_t size) { ASAN_UNPOISON_MEMORY_REGION(bytes, size); }

// `hook` sees every allocation of the process, from now on.
inline void WatchAllocations(void (*hook)(const volatile void*, size_t)) {
  __sanitizer_install_malloc_and_free_hooks(hook, [](const volatile void*) {});
}
#else
inline void Poison(const void*, size_t) {}
inline void Unpoison(const void*, size_t) {}
inline void WatchAllocations(void (*)(const volatile void*, size_t)) {}
#endif

}  // namespace isolet
