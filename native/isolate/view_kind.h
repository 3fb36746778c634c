// Which kind of ArrayBufferView a value is, and making one.
//
// Thread: any, always that of the value's isolate.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

#include <cstddef>

#include "shared/wire_format.h"

namespace isolet {

// False: a kind that this V8 has and the wire format does not.
bool FindViewKind(v8::Local<v8::ArrayBufferView> view, ViewKind* kind);

size_t ElementSize(ViewKind kind);

// The range must lie within the buffer. Empty: this V8 does not have the kind.
v8::Local<v8::Object> NewView(ViewKind kind, v8::Local<v8::ArrayBuffer> buffer, size_t offset,
                              size_t length);

}  // namespace isolet
