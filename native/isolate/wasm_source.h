// The bytes of a WebAssembly module on their way to V8: their memories bounded by a
// part of the runtime's limit, their types counted.
//
// Thread: runtime.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "shared/wasm_module.h"

namespace isolet {

class RuntimeThread;

constexpr char kModuleRefused[] = "WebAssembly.Module(): Out of memory";
constexpr char kTooManyTypes[] = "too many different WebAssembly types for one process";

inline bool IsWasmSource(v8::Local<v8::Value> value) {
  return value->IsArrayBufferView() || value->IsArrayBuffer() || value->IsSharedArrayBuffer();
}

// The module in `source`. Empty with an exception pending.
std::optional<BoundedModule> ReadModule(RuntimeThread& thread, v8::Local<v8::Value> source);
// An ArrayBuffer over them.
v8::Local<v8::Value> BufferOf(v8::Isolate* isolate, std::vector<uint8_t> bytes);
// The bytes of `source` as they are now. Empty with an exception pending.
v8::MaybeLocal<v8::Value> CopySource(v8::Isolate* isolate, v8::Local<v8::Value> source);

// What a memory may grow to that does not start with more.
uint64_t MostPages(const RuntimeThread& thread);
// The same of what was compiled already. Empty: it has not come by way of ReadModule().
std::optional<BoundedModule> ReadCompiledModule(const RuntimeThread& thread,
                                                v8::Local<v8::WasmModuleObject> module);

}  // namespace isolet
