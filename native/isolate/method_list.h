// The methods of an object of the plugin's, held for the host: how the hooks of a
// plugin are found.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

namespace isolet {

class RuntimeThread;

// [name, id of a function or kind of another value, ...], each property read
// once, from the object and its prototypes below Object.prototype. Empty:
// stopped, or an exception is pending.
v8::MaybeLocal<v8::Value> ListMethods(RuntimeThread& thread, v8::Local<v8::Object> subject);

}  // namespace isolet
