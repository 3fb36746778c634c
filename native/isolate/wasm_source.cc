#include "isolate/wasm_source.h"

#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// A memory may grow to this part of the limit, or to what it starts with.
constexpr uint64_t kGrowingPart = 4;
constexpr char kUnreadable[] =
    "the module is malformed, or defines memories of a kind that can't be limited";

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
  v8::CompiledWasmModule compiled = module->GetCompiledModule();
  const auto bytes = compiled.GetWireBytesRef();
  return BoundWasmMemories(bytes.data(), bytes.size(), MostPages(thread));
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
    const uint8_t* types = bounded->bytes.data() + bounded->types;
    if (!thread.charges().AdmitTypes(types, bounded->types_size)) {
      isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, kTooManyTypes)));
      return std::nullopt;
    }
    return bounded;
  } catch (const std::bad_alloc&) {
    isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, kModuleRefused)));
    return std::nullopt;
  }
}

v8::Local<v8::Value> BufferOf(v8::Isolate* isolate, BoundedModule module) {
  auto* bytes = new std::vector<uint8_t>(std::move(module.bytes));
  auto release = [](void*, size_t, void* owner) {
    delete static_cast<std::vector<uint8_t>*>(owner);
  };
  std::shared_ptr<v8::BackingStore> backing =
      v8::ArrayBuffer::NewBackingStore(bytes->data(), bytes->size(), release, bytes);
  return v8::ArrayBuffer::New(isolate, backing);
}

}  // namespace isolet
