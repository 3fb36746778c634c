#include "isolate/view_kind.h"

namespace isolet {
namespace {

bool Found(ViewKind found, ViewKind* kind) {
  *kind = found;
  return true;
}

}  // namespace

bool FindViewKind(v8::Local<v8::ArrayBufferView> view, ViewKind* kind) {
  if (view->IsUint8Array()) return Found(ViewKind::kUint8, kind);
  if (view->IsInt8Array()) return Found(ViewKind::kInt8, kind);
  if (view->IsUint8ClampedArray()) return Found(ViewKind::kUint8Clamped, kind);
  if (view->IsInt16Array()) return Found(ViewKind::kInt16, kind);
  if (view->IsUint16Array()) return Found(ViewKind::kUint16, kind);
  if (view->IsInt32Array()) return Found(ViewKind::kInt32, kind);
  if (view->IsUint32Array()) return Found(ViewKind::kUint32, kind);
  if (view->IsFloat32Array()) return Found(ViewKind::kFloat32, kind);
  if (view->IsFloat64Array()) return Found(ViewKind::kFloat64, kind);
  if (view->IsBigInt64Array()) return Found(ViewKind::kBigInt64, kind);
  if (view->IsBigUint64Array()) return Found(ViewKind::kBigUint64, kind);
#if V8_MAJOR_VERSION > 13 || (V8_MAJOR_VERSION == 13 && V8_MINOR_VERSION >= 6)
  if (view->IsFloat16Array()) return Found(ViewKind::kFloat16, kind);
#endif
  if (view->IsDataView()) return Found(ViewKind::kDataView, kind);
  return false;
}

size_t ElementSize(ViewKind kind) {
  switch (kind) {
    case ViewKind::kInt8:
    case ViewKind::kUint8:
    case ViewKind::kUint8Clamped:
    case ViewKind::kDataView:
      return 1;
    case ViewKind::kInt16:
    case ViewKind::kUint16:
    case ViewKind::kFloat16:
      return 2;
    case ViewKind::kInt32:
    case ViewKind::kUint32:
    case ViewKind::kFloat32:
      return 4;
    case ViewKind::kFloat64:
    case ViewKind::kBigInt64:
    case ViewKind::kBigUint64:
      return 8;
  }
  return 0;
}

v8::Local<v8::Object> NewView(ViewKind kind, v8::Local<v8::ArrayBuffer> buffer, size_t offset,
                              size_t length) {
  switch (kind) {
    case ViewKind::kInt8:
      return v8::Int8Array::New(buffer, offset, length);
    case ViewKind::kUint8:
      return v8::Uint8Array::New(buffer, offset, length);
    case ViewKind::kUint8Clamped:
      return v8::Uint8ClampedArray::New(buffer, offset, length);
    case ViewKind::kInt16:
      return v8::Int16Array::New(buffer, offset, length);
    case ViewKind::kUint16:
      return v8::Uint16Array::New(buffer, offset, length);
    case ViewKind::kInt32:
      return v8::Int32Array::New(buffer, offset, length);
    case ViewKind::kUint32:
      return v8::Uint32Array::New(buffer, offset, length);
    case ViewKind::kFloat16:
#if V8_MAJOR_VERSION > 13 || (V8_MAJOR_VERSION == 13 && V8_MINOR_VERSION >= 6)
      return v8::Float16Array::New(buffer, offset, length);
#else
      return {};
#endif
    case ViewKind::kFloat32:
      return v8::Float32Array::New(buffer, offset, length);
    case ViewKind::kFloat64:
      return v8::Float64Array::New(buffer, offset, length);
    case ViewKind::kBigInt64:
      return v8::BigInt64Array::New(buffer, offset, length);
    case ViewKind::kBigUint64:
      return v8::BigUint64Array::New(buffer, offset, length);
    case ViewKind::kDataView:
      return v8::DataView::New(buffer, offset, length);
  }
  return {};
}

}  // namespace isolet
