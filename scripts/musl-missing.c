// What a Node for musl finds in Alpine's libraries and not in those here, put beside libstdc++ by
// musl-toolchain.mjs.
#define _GNU_SOURCE
#include <link.h>
#include <string.h>

// Of glibc 2.35 (<dlfcn.h>), for the unwinder of a libgcc that was built for it: which object an
// address is of.

struct dl_find_object {
  unsigned long long flags;
  void* start;
  void* end;
  struct link_map* map;
  void* eh_frame;
};

struct search {
  ElfW(Addr) address;
  struct dl_find_object* result;
};

static int look(struct dl_phdr_info* info, size_t size, void* data) {
  struct search* search = data;
  const ElfW(Phdr)* eh_frame = 0;
  int found = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)* header = &info->dlpi_phdr[i];
    if (header->p_type == PT_GNU_EH_FRAME) eh_frame = header;
    if (header->p_type != PT_LOAD) continue;
    ElfW(Addr) start = info->dlpi_addr + header->p_vaddr;
    if (search->address - start < header->p_memsz) {
      found = 1;
      search->result->start = (void*)start;
      search->result->end = (void*)(start + header->p_memsz);
    }
  }
  if (!found || !eh_frame) return 0;
  search->result->flags = 0;
  search->result->map = 0;
  search->result->eh_frame = (void*)(info->dlpi_addr + eh_frame->p_vaddr);
  return 1;
}

int _dl_find_object(void* address, struct dl_find_object* result) {
  struct search search = {(ElfW(Addr))address, result};
  return dl_iterate_phdr(look, &search) ? 0 : -1;
}

// std::string::_M_replace_cold, of GCC 13 and later: puts `size` characters from `source`, which
// may be the string's own, in the place of `replaced` at `at`, and keeps the `rest` behind them.
// There is room.
void replace_cold(void* string, char* at, size_t replaced, const char* source, size_t size, size_t rest) __asm__(
    "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm");

void replace_cold(void* string, char* at, size_t replaced, const char* source, size_t size,
                  size_t rest) {
  (void)string;
  char* const behind = at + replaced;
  if (size <= replaced) {
    memmove(at, source, size);
    memmove(at + size, behind, rest);
    return;
  }
  // What of the source stands behind moves along.
  const size_t before =
      source >= behind ? 0 : (source + size <= behind ? size : (size_t)(behind - source));
  memmove(at + size, behind, rest);
  memmove(at, source, before);
  memmove(at + before, source + before + (size - replaced), size - before);
}

// libgcc's own, which musl does not find there, as their versions are no default ones. Nobody here
// asks for the processor.
unsigned int __cpu_model[4];
int __cpu_indicator_init(void) { return 0; }
