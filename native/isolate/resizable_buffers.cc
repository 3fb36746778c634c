#include "isolate/resizable_buffers.h"

#include <algorithm>

#include "isolate/external_references.h"
#include "isolate/intrinsic_overrides.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_prototypes.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

using Call = IntrinsicOverrides::Call;

constexpr char kRefused[] = "Array buffer allocation failed";

uint64_t SizeOf(v8::Local<v8::Object> buffer) {
  if (buffer->IsArrayBuffer()) return buffer.As<v8::ArrayBuffer>()->ByteLength();
  if (buffer->IsSharedArrayBuffer()) return buffer.As<v8::SharedArrayBuffer>()->ByteLength();
  return 0;
}

// A length as the language reads one: once, and by code of the plugin's. Negative and
// absurd ones are left for the original to refuse.
bool ReadLength(const Call& call, v8::Local<v8::Value> value, v8::Local<v8::Value>* length,
                uint64_t* bytes) {
  double number = 0;
  if (!value->NumberValue(call.context()).To(&number)) return false;
  *length = v8::Number::New(call.isolate(), number);
  *bytes = number > 0 ? static_cast<uint64_t>(std::min(number, 9007199254740991.0)) : 0;
  return true;
}

// new ArrayBuffer(length, { maxByteLength }), and the same for shared ones.
void Construct(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (!call[1]->IsObject()) return call.PassOn();
  v8::Isolate* isolate = call.isolate();
  v8::Local<v8::Value> length;
  v8::Local<v8::Value> most;
  uint64_t bytes = 0;
  uint64_t most_bytes = 0;
  v8::Local<v8::String> name = Literal(isolate, "maxByteLength");
  if (!ReadLength(call, call[0], &length, &bytes) ||
      !call[1].As<v8::Object>()->Get(call.context(), name).ToLocal(&most)) {
    return;
  }
  if (most->IsUndefined()) {
    v8::Local<v8::Value> result;
    if (call.Forward({length}).ToLocal(&result)) call.Return(result);
    return;
  }
  if (!ReadLength(call, most, &most, &most_bytes)) return;
  v8::Local<v8::Value> value[] = {most};
  v8::Local<v8::Name> names[] = {name};
  v8::Local<v8::Object> options = v8::Object::New(isolate, v8::Null(isolate), names, value, 1);
  call.ForwardCharged({length, options}, {bytes, 1}, kRefused);
}

// ArrayBuffer.prototype.resize, SharedArrayBuffer.prototype.grow.
void Resize(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  MemoryCharges& charges = call.thread().charges();
  v8::Local<v8::Object> buffer = call.receiver();
  if (!charges.IsTracked(buffer)) return call.PassOn();
  v8::Local<v8::Value> length;
  uint64_t bytes = 0;
  if (!ReadLength(call, call[0], &length, &bytes)) return;
  const uint64_t before = SizeOf(buffer);
  const uint64_t more = bytes > before ? bytes - before : 0;
  if (!charges.Claim({more})) return call.ThrowRangeError(kRefused);
  v8::Local<v8::Value> result;
  const bool resized = call.Forward({length}).ToLocal(&result);
  charges.Refund({more});
  charges.Adjust(buffer, SizeOf(buffer));
  if (resized) call.Return(result);
}

// ArrayBuffer.prototype.transfer: a resizable buffer stays one.
void Transfer(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  MemoryCharges& charges = call.thread().charges();
  v8::Local<v8::Object> buffer = call.receiver();
  if (!charges.IsTracked(buffer)) return call.PassOn();
  v8::Local<v8::Value> length = v8::Undefined(call.isolate());
  uint64_t bytes = SizeOf(buffer);
  if (!call[0]->IsUndefined() && !ReadLength(call, call[0], &length, &bytes)) return;
  // V8 may copy.
  if (!charges.Claim({bytes})) return call.ThrowRangeError(kRefused);
  v8::Local<v8::Value> result;
  const bool transferred = call.Forward({length}).ToLocal(&result) && result->IsObject();
  charges.Refund({bytes});
  if (!transferred) return;
  charges.Move(buffer, result.As<v8::Object>());
  charges.Adjust(result.As<v8::Object>(), SizeOf(result.As<v8::Object>()));
  call.Return(result);
}

// Detaching one frees its memory; what comes out is from the allocator.
void TransferToFixedLength(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  call.PassOn();
  v8::Local<v8::Object> buffer = call.receiver();
  if (!buffer->IsArrayBuffer() || !buffer.As<v8::ArrayBuffer>()->WasDetached()) return;
  call.thread().charges().Release(buffer);
}

}  // namespace

void MeterResizableBuffers(RuntimeThread& thread, IntrinsicOverrides& overrides) {
  v8::Local<v8::Context> context = thread.realm().context();
  // Not by the global names: that of the second may come later.
  auto plain = GetPrototype(v8::ArrayBuffer::New(thread.isolate(), 0)).As<v8::Object>();
  auto shared = GetPrototype(v8::SharedArrayBuffer::New(thread.isolate(), 0)).As<v8::Object>();
  overrides.Constructor(context->Global(), "ArrayBuffer", Construct);
  overrides.Constructor(context->Global(), "SharedArrayBuffer", Construct);
  overrides.Method(plain, "resize", Resize);
  overrides.Method(shared, "grow", Resize);
  overrides.Method(plain, "transfer", Transfer);
  overrides.Method(plain, "transferToFixedLength", TransferToFixedLength);
}

void ListResizableBuffers(ExternalReferences& references) {
  references.Add(Construct);
  references.Add(Resize);
  references.Add(Transfer);
  references.Add(TransferToFixedLength);
}

}  // namespace isolet
