#include "isolate/plain_writer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "isolate/stream_ends.h"
#include "shared/serialized_plain.h"

namespace isolet {

#if V8_MAJOR_VERSION >= 12
namespace {

// V8's serializer looks at no interrupt: what takes longer than some milliseconds is not for it.
constexpr size_t kMostBytes = size_t{4} << 20;

class PlainOnly : public v8::ValueSerializer::Delegate {
 public:
  explicit PlainOnly(const Realm& realm) : realm_(realm) {}

  // The text is nobody's to read: ValueWriter has one of its own.
  void ThrowDataCloneError(v8::Local<v8::String>) override {
    realm_.isolate()->ThrowException(v8::Undefined(realm_.isolate()));
  }
  bool HasCustomHostObject(v8::Isolate*) override { return true; }
  v8::Maybe<bool> IsHostObject(v8::Isolate* isolate, v8::Local<v8::Object> object) override {
    if (!IsAsyncIterable(realm_, object) && !realm_.IsError(object)) return v8::Just(false);
    isolate->ThrowException(v8::Undefined(isolate));
    return v8::Nothing<bool>();
  }
  // Begins in the realm's scratch buffer, and goes on elsewhere once that is full.
  void* ReallocateBufferMemory(void* bytes, size_t size, size_t* given) override {
    if (size > kMostBytes) return nullptr;
    uint8_t* const scratch = realm_.scratch().data();
    if (scratch == nullptr) return nullptr;
    if (size <= ScratchBuffer::kBytes) {
      *given = ScratchBuffer::kBytes;
      return scratch;
    }
    *given = size;
    if (bytes != scratch) return std::realloc(bytes, size);
    void* grown = std::malloc(size);
    if (grown != nullptr) std::memcpy(grown, scratch, ScratchBuffer::kBytes);
    return grown;
  }
  void FreeBufferMemory(void* bytes) override {
    if (bytes != realm_.scratch().data()) std::free(bytes);
  }

 private:
  const Realm& realm_;
};

struct FreeBytes {
  PlainOnly& delegate;
  void operator()(uint8_t* bytes) const { delegate.FreeBufferMemory(bytes); }
};

}  // namespace

bool WritePlain(const Realm& realm, std::span<const v8::Local<v8::Value>> values,
                uint32_t max_depth, WireWriter& out, SizeMeter& meter) {
  v8::Isolate* isolate = realm.isolate();
  const v8::Local<v8::Context> context = realm.context();
  v8::TryCatch try_catch(isolate);
  try_catch.SetCaptureMessage(false);
  PlainOnly delegate(realm);
  v8::ValueSerializer serializer(isolate, &delegate);
  {
    v8::Isolate::DisallowJavascriptExecutionScope nothing_runs(
        isolate, v8::Isolate::DisallowJavascriptExecutionScope::THROW_ON_FAILURE);
    const bool is_plain = std::ranges::all_of(values, [&](v8::Local<v8::Value> value) {
      return serializer.WriteValue(context, value).FromMaybe(false);
    });
    if (!is_plain) {
      // V8 forgets that code is to end with the frame that has caught it.
      if (try_catch.HasTerminated()) isolate->TerminateExecution();
      return false;
    }
  }
  const auto [bytes, size] = serializer.Release();
  const std::unique_ptr<uint8_t, FreeBytes> owner(bytes, FreeBytes{delegate});
  // Ours are no more bytes than V8's.
  out.payload().Reserve(size);
  return SerializedPlain(bytes, size, out).Translate(values.size(), max_depth, &meter);
}
#else
bool WritePlain(const Realm&, std::span<const v8::Local<v8::Value>>, uint32_t, WireWriter&,
                SizeMeter&) {
  return false;
}
#endif

}  // namespace isolet
