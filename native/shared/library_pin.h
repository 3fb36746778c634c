// Keeps the addon's code in memory until the process ends.
//
// Node unloads an addon with the last environment that has it loaded, a worker's
// for example; runtime threads and the watchdog may still be on their way out
// then.
//
// Thread: any.
// Owner: nobody; a function, called once by Process.
#pragma once

namespace isolet {

void PinLibrary();

}  // namespace isolet
