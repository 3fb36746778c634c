#include "isolate/plain_writer.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "isolate/stream_ends.h"
#include "shared/serialized_plain.h"

namespace isolet {

#if V8_MAJOR_VERSION >= 12
namespace {

// V8's serializer looks at no interrupt: what takes longer than some milliseconds is not for it.
constexpr size_t kMostBytes = size_t{4} << 20;

struct Free {
  void operator()(uint8_t* bytes) const { std::free(bytes); }
};

class PlainOnly : public v8::ValueSerializer::Delegate {
 public:
  PlainOnly(const Realm& realm, size_t most_bytes) : realm_(realm), most_bytes_(most_bytes) {}

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
  void* ReallocateBufferMemory(void* bytes, size_t size, size_t* given) override {
    if (size > most_bytes_) return nullptr;
    *given = size;
    return std::realloc(bytes, size);
  }
  void FreeBufferMemory(void* bytes) override { std::free(bytes); }

 private:
  const Realm& realm_;
  const size_t most_bytes_;
};

}  // namespace

bool PlainWriter::Write(std::span<const v8::Local<v8::Value>> values) {
  v8::Isolate* isolate = realm_.isolate();
  const v8::Local<v8::Context> context = realm_.context();
  v8::TryCatch try_catch(isolate);
  try_catch.SetCaptureMessage(false);
  PlainOnly delegate(realm_, kMostBytes);
  v8::ValueSerializer serializer(isolate, &delegate);
  {
    v8::Isolate::DisallowJavascriptExecutionScope nothing_runs(
        isolate, v8::Isolate::DisallowJavascriptExecutionScope::THROW_ON_FAILURE);
    const bool is_plain = std::ranges::all_of(values, [&](v8::Local<v8::Value> value) {
      return serializer.WriteValue(context, value).FromMaybe(false);
    });
    if (!is_plain) return false;
  }
  const auto [bytes, size] = serializer.Release();
  const std::unique_ptr<uint8_t, Free> owner(bytes);
  return SerializedPlain(bytes, size, *out_).Translate(values.size(), max_depth_, meter_);
}
#else
bool PlainWriter::Write(std::span<const v8::Local<v8::Value>>) { return false; }
#endif

}  // namespace isolet
