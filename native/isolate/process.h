// The one thing that all environments of the process share.
//
// Leaked on purpose: runtime threads may still run while static destructors do.
//
// Thread: any.
// Owner: the process.
#pragma once

#include <mutex>

#include "shared/address_space.h"
#include "shared/library_pin.h"
#include "shared/live_counts.h"
#include "shared/shared_quota.h"
#include "shared/wasm_types.h"
#include "shared/watchdog.h"

namespace isolet {

struct Process {
  static Process& Get() {
    static Process* const process = [] {
      PinLibrary();
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
  WasmTypes wasm_types;
};

}  // namespace isolet
