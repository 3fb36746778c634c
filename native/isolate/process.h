// The one thing that all environments of the process share.
//
// Leaked on purpose: runtime threads may still run while static destructors do.
//
// Thread: any.
// Owner: the process.
#pragma once

#include <node_version.h>
#include <v8.h>

#include <atomic>
#include <mutex>

#include "isolate/adopted_memory.h"
#include "shared/address_space.h"
#include "shared/large_copies.h"
#include "shared/library_pin.h"
#include "shared/live_counts.h"
#include "shared/locale_names.h"
#include "shared/shared_quota.h"
#include "shared/wasm_types.h"
#include "shared/watchdog.h"

namespace isolet {

struct Process {
  static Process& Get() {
    static Process* const process = [] {
      PinLibrary();
      // asm.js would become WebAssembly inside V8, with types that nobody counts (980,000 of
      // them hung Node 24). It runs as the JavaScript that it is; the host's, too.
      v8::V8::SetFlagsFromString("--no-validate-asm");
      return new Process();
    }();
    return *process;
  }

  Watchdog watchdog;
  LiveCounts live;
  // Held while an isolate is registered and made: on Node 20 and 22 the platform's
  // table and V8's address reuse race otherwise (nodejs/node#30846, #31752).
  std::mutex isolate_lifecycle;
  AddressSpace address_space;
  // Ranges of address space that plugins make V8 reserve, beside heaps. Each is two mappings,
  // of which Linux grants 65,530; where there are none left, the host dies.
  SharedQuota reservations{16'000};
  LocaleNames locale_names;
  AdoptedMemory adopted_memory;
  LargeCopies large_copies;
  // False once V8 would wait for ever if it was taken down at the end of the process.
  std::atomic<bool> v8_can_end{true};
  // Half of what the smallest table takes. Node 20 compares each type with all in its table.
  WasmTypes wasm_types{NODE_MAJOR_VERSION >= 22 ? 500'000 : 50'000};
};

}  // namespace isolet
