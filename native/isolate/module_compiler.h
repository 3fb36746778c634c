// Makes V8's modules of sources, and reads import attributes, over the generations of V8's
// interface.
//
// Thread: runtime.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

#include <string_view>

#include "isolate/module_record.h"
#include "isolate/realm.h"

namespace isolet {

// Code of our own around a module's, which keeps its places.
struct ModuleFrame {
  std::string_view before;
  std::string_view after;
};

// Empty with an exception pending.
v8::MaybeLocal<v8::Module> CompileModule(const Realm& realm, v8::Local<v8::String> name,
                                         v8::Local<v8::String> source, ModuleFrame frame = {});
// A module with the one export `default`, which `evaluate` is to set.
v8::Local<v8::Module> MakeDefaultModule(v8::Isolate* isolate, v8::Local<v8::String> name,
                                        v8::Module::SyntheticModuleEvaluationSteps evaluate);

// A list of attributes has two entries each where it comes from import(), three where it is a
// request's, which knows the place in the source.
enum class AttributeList : int { kOfDynamicImport = 2, kOfRequest = 3 };
// False with a TypeError pending: there are attributes that nobody knows.
bool ReadModuleType(const Realm& realm, v8::Local<v8::FixedArray> attributes, AttributeList list,
                    ModuleType* type);
// The old way to an element is gone in V8 14.
inline v8::Local<v8::Data> ItemOf(v8::Local<v8::FixedArray> array, v8::Local<v8::Context> context,
                                  int index) {
#if V8_MAJOR_VERSION >= 14
  static_cast<void>(context);
  return array->Get(index);
#else
  return array->Get(context, index);
#endif
}
v8::Local<v8::FixedArray> AttributesOf(v8::Local<v8::ModuleRequest> request);

}  // namespace isolet
