// Makes WebAssembly functions that end in a call of another look for interrupts.
//
// From version 13 on V8 leaves that look out of functions that call nothing, and a call in
// the place of a return (return_call) is no call to it (Turboshaft's StackCheckLowering, seen
// in 13.6 and 14.x): functions that do nothing but call one another so can't be stopped. So
// each gets a call that never happens: of a function of ours, where a variable of ours says so.
// A module that names the two, one number past its own, reaches them where it would have been
// refused, and gains nothing: the call is there whether it happens or not. Offsets in the bodies
// are other ones, in stacks and to hints for branches. (Rejected: refusing such functions, as
// compilers of functional languages make little else.)
//
// Thread: any.
// Owner: nobody; a function.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "shared/wasm_code.h"
#include "shared/wasm_declarations.h"

namespace isolet {

// `module` with that. `declared` and `callers` are what was read of it. Empty: it can't be
// had, as not all that the module declares is known.
std::optional<std::vector<uint8_t>> InterruptTailCalls(const std::vector<uint8_t>& module,
                                                       const WasmDeclarations& declared,
                                                       const std::vector<WasmTailCaller>& callers);

}  // namespace isolet
