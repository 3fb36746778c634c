// What the unwinder of a libgcc for glibc needs of glibc, and musl lacks (glibc 2.35, <dlfcn.h>): which object the code at an
// address is of. See musl-toolchain.mjs.
#define _GNU_SOURCE
#include <link.h>

struct dl_find_object {
  unsigned long long flags;
  void *start;
  void *end;
  struct link_map *map;
  void *eh_frame;
};

struct search {
  ElfW(Addr) address;
  struct dl_find_object *result;
};

static int look(struct dl_phdr_info *info, size_t size, void *data) {
  struct search *search = data;
  const ElfW(Phdr) *eh_frame = 0;
  int found = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type == PT_GNU_EH_FRAME) eh_frame = header;
    if (header->p_type != PT_LOAD) continue;
    ElfW(Addr) start = info->dlpi_addr + header->p_vaddr;
    if (search->address - start < header->p_memsz) {
      found = 1;
      search->result->start = (void *)start;
      search->result->end = (void *)(start + header->p_memsz);
    }
  }
  if (!found || !eh_frame) return 0;
  search->result->flags = 0;
  search->result->map = 0;
  search->result->eh_frame = (void *)(info->dlpi_addr + eh_frame->p_vaddr);
  return 1;
}

int _dl_find_object(void *address, struct dl_find_object *result) {
  struct search search = {(ElfW(Addr))address, result};
  return dl_iterate_phdr(look, &search) ? 0 : -1;
}
