// The methods of an object of the plugin's, held for the host: how the hooks of a
// plugin are found.
//
// Thread: runtime.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

namespace isolet {

class RuntimeThread;

// [name, id of a function or kind of another value, ...], each property read
// once, from the object and its prototypes below Object.prototype. The kind of `plugin` if
// that is no object, or a function. Empty: stopped, or an exception is pending.
v8::MaybeLocal<v8::Value> ListMethods(RuntimeThread& thread, v8::Local<v8::Value> plugin);

// A reaction to the exports of a module: lists the methods of the export `plugin`, else of the
// default export if that is an object, else those that it exports.
void ListMethodsOfModule(const v8::FunctionCallbackInfo<v8::Value>& info);

}  // namespace isolet
