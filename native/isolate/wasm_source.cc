#include "isolate/wasm_source.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"
#include "shared/wasm_code.h"
#include "shared/wasm_declarations.h"
#include "shared/wasm_tail_calls.h"

namespace isolet {
namespace {

// A memory may grow to this part of the limit, or to what it starts with.
constexpr uint64_t kGrowingPart = 4;
constexpr char kUnreadable[] =
    "the module is malformed, or defines memories of a kind that can't be limited";

constexpr char kUninterruptible[] =
    "the module is malformed, or has tail calls beside declarations of a kind that is not known";

constexpr char kTooComplex[] = "WebAssembly.Module(): a function is too complex for the heap limit";

// What a compiler may hold, by estimate. The worst functions of SQLite, esbuild, tree-sitter
// and QuickJS take 1 or 2 MB, of a debug build of the last 91.
constexpr uint64_t kLeastForCompilers = uint64_t{128} << 20;
constexpr uint64_t kForCompilersWithoutLimit = uint64_t{1} << 30;
constexpr uint64_t kTimesLimitForCompilers = 2;

// The optimizing compiler, by an estimate that people's code comes closer to: a scanner of
// tree-sitter's 370 MB, the largest function of onnxruntime 1,031 MB.
constexpr uint64_t kLeastForOptimizer = uint64_t{512} << 20;
constexpr uint64_t kForOptimizerWithoutLimit = uint64_t{2} << 30;

uint64_t MostBytes(const RuntimeThread& thread, uint64_t least, uint64_t without_limit) {
  const uint64_t limit = thread.core().limits.max_heap_size;
  if (limit == 0) return without_limit;
  return std::max(least, limit * kTimesLimitForCompilers);
}

bool IsTooComplex(const RuntimeThread& thread, const WasmCode& code) {
  return code.compiler_bytes > MostBytes(thread, kLeastForCompilers, kForCompilersWithoutLimit) ||
         code.optimizer_bytes > MostBytes(thread, kLeastForOptimizer, kForOptimizerWithoutLimit);
}

// A copy, as reading it in place would race with what writes to a shared buffer.
std::vector<uint8_t> CopyOf(v8::Local<v8::Value> source) {
  const uint8_t* data = nullptr;
  size_t size = 0;
  if (source->IsArrayBufferView()) {
    auto view = source.As<v8::ArrayBufferView>();
    std::vector<uint8_t> copy(view->ByteLength());
    view->CopyContents(copy.data(), copy.size());
    return copy;
  }
  if (source->IsArrayBuffer()) {
    data = static_cast<const uint8_t*>(source.As<v8::ArrayBuffer>()->Data());
    size = source.As<v8::ArrayBuffer>()->ByteLength();
  } else {
    data = static_cast<const uint8_t*>(source.As<v8::SharedArrayBuffer>()->Data());
    size = source.As<v8::SharedArrayBuffer>()->ByteLength();
  }
  return {data, data + size};
}

}  // namespace

uint64_t MostPages(const RuntimeThread& thread) {
  const uint64_t limit = thread.core().limits.max_heap_size;
  return limit == 0 ? kAnyPages : limit / kGrowingPart / kWasmPageSize;
}

std::optional<BoundedModule> ReadCompiledModule(const RuntimeThread& thread,
                                                v8::Local<v8::WasmModuleObject> module) {
  try {
    v8::CompiledWasmModule compiled = module->GetCompiledModule();
    const auto bytes = compiled.GetWireBytesRef();
    return BoundWasmMemories(bytes.data(), bytes.size(), MostPages(thread));
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

std::optional<BoundedModule> ReadModule(RuntimeThread& thread, v8::Local<v8::Value> source) {
  v8::Isolate* isolate = thread.isolate();
  try {
    const std::vector<uint8_t> bytes = CopyOf(source);
    auto bounded = BoundWasmMemories(bytes.data(), bytes.size(), MostPages(thread));
    if (!bounded.has_value()) {
      isolate->ThrowException(v8::Exception::WasmCompileError(Literal(isolate, kUnreadable)));
      return std::nullopt;
    }
    const WasmSection types = bounded->At(bounded->types);
    if (!thread.charges().AdmitTypes(types.data, types.size)) {
      isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, kTooManyTypes)));
      return std::nullopt;
    }
    const WasmDeclarations declared =
        ReadWasmDeclarations(types, bounded->At(bounded->imports), bounded->At(bounded->functions),
                             bounded->At(bounded->globals));
    bounded->code = ReadWasmCode(bounded->At(bounded->function_bodies), declared);
    if (IsTooComplex(thread, bounded->code)) {
      isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, kTooComplex)));
      return std::nullopt;
    }
    if (bounded->code.tail_callers.empty()) return bounded;
    auto interruptible = InterruptTailCalls(bounded->bytes, declared, bounded->code.tail_callers);
    if (!interruptible.has_value()) {
      isolate->ThrowException(v8::Exception::WasmCompileError(Literal(isolate, kUninterruptible)));
      return std::nullopt;
    }
    bounded->bytes = *std::move(interruptible);
    return bounded;
  } catch (const std::bad_alloc&) {
    isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, kModuleRefused)));
    return std::nullopt;
  }
}

v8::MaybeLocal<v8::Value> CopySource(v8::Isolate* isolate, v8::Local<v8::Value> source) {
  try {
    return BufferOf(isolate, CopyOf(source));
  } catch (const std::bad_alloc&) {
    isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, kModuleRefused)));
    return {};
  }
}

v8::Local<v8::Value> BufferOf(v8::Isolate* isolate, std::vector<uint8_t> bytes) {
  auto* kept = new std::vector<uint8_t>(std::move(bytes));
  auto release = [](void*, size_t, void* owner) {
    delete static_cast<std::vector<uint8_t>*>(owner);
  };
  std::shared_ptr<v8::BackingStore> backing =
      v8::ArrayBuffer::NewBackingStore(kept->data(), kept->size(), release, kept);
  return v8::ArrayBuffer::New(isolate, backing);
}

}  // namespace isolet
