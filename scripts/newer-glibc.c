// What a compiler of a newer system takes for granted in glibc, for scripts/old-glibc.mjs: linked
// into the binary, hidden.

// Since 2.32. libstdc++'s shared pointers ask it whether they must be atomic. Here they must.
char __libc_single_threaded = 0;

// Since 2.38. So its headers call the functions that know C23's binary numbers as well, for C++
// too.
#define KNOWN_BEFORE(type, name)                     \
  type name(const char* text, char** end, int base); \
  type __isoc23_##name(const char* text, char** end, int base) { return name(text, end, base); }
KNOWN_BEFORE(long, strtol)
KNOWN_BEFORE(unsigned long, strtoul)
KNOWN_BEFORE(long long, strtoll)
KNOWN_BEFORE(unsigned long long, strtoull)
