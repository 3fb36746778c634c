// Puts functions of ours in the place of intrinsics of a fresh realm, so that a
// plugin can't tell and can't reach the originals.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <vector>

#include "isolate/memory_charges.h"

namespace isolet {

class RuntimeThread;

class IntrinsicOverrides {
  enum class Kind : uint8_t { kMethod, kConstruct, kCallOfConstructor };
  struct Override {
    IntrinsicOverrides* owner;
    Kind kind;
    v8::Global<v8::Function> original;
    std::vector<v8::Global<v8::Object>> helpers;
  };

 public:
  explicit IntrinsicOverrides(RuntimeThread& thread);
  IntrinsicOverrides(const IntrinsicOverrides&) = delete;
  IntrinsicOverrides& operator=(const IntrinsicOverrides&) = delete;

  // One call of a method or a constructor, or construction by one, that took another's
  // place.
  class Call {
   public:
    explicit Call(const v8::FunctionCallbackInfo<v8::Value>& info);

    RuntimeThread& thread() const { return override_.owner->thread_; }
    v8::Isolate* isolate() const { return info_.GetIsolate(); }
    v8::Local<v8::Context> context() const;
    // `this` of a method.
    v8::Local<v8::Object> receiver() const { return info_.This(); }
    // `undefined` where there is none.
    v8::Local<v8::Value> operator[](size_t index) const;
    const std::vector<v8::Local<v8::Value>>& arguments() const { return arguments_; }
    // What Method() or Constructor() was given for the callback.
    v8::Local<v8::Object> helper(size_t index) const {
      return override_.helpers[index].Get(isolate());
    }

    // The original with these arguments; a constructor for whatever `new.target` is, and if
    // it was called, for itself.
    v8::MaybeLocal<v8::Value> Forward(std::vector<v8::Local<v8::Value>> arguments) const;
    // The same with all that were given, as the call's result.
    void PassOn() const;
    // The original's result on the runtime's account, `cost` being the object's; or a
    // RangeError that says `refused`.
    void ForwardCharged(std::vector<v8::Local<v8::Value>> arguments, MemoryCost cost,
                        const char* refused) const;
    void Return(v8::Local<v8::Value> value) const { info_.GetReturnValue().Set(value); }
    void ThrowRangeError(const char* message) const;

   private:
    const v8::FunctionCallbackInfo<v8::Value>& info_;
    const Override& override_;
    std::vector<v8::Local<v8::Value>> arguments_;
  };

  // Where `holder` lacks the property, as older versions of V8 may, nothing happens.
  // `helpers` are for the callback, and out of the plugin's reach.
  void Method(v8::Local<v8::Object> holder, const char* name, v8::FunctionCallback callback,
              std::initializer_list<v8::Local<v8::Object>> helpers = {});
  // The method [Symbol.iterator].
  void Iterator(v8::Local<v8::Object> holder, v8::FunctionCallback callback);
  // A proxy of the original with a trap for construction: of all that can be put in its
  // place, what differs least from it. (Rejected: a function of our own, which has
  // properties that no strict function has.) `prototype.constructor` is the proxy, too.
  // Returns the proxy.
  v8::Local<v8::Object> Constructor(v8::Local<v8::Object> holder, const char* name,
                                    v8::FunctionCallback callback,
                                    std::initializer_list<v8::Local<v8::Object>> helpers = {});
  // One that does the same if it is called without `new`.
  void CallableConstructor(v8::Local<v8::Object> holder, const char* name,
                           v8::FunctionCallback callback);

 private:
  void ReplaceMethod(v8::Local<v8::Object> holder, v8::Local<v8::Name> key,
                     v8::Local<v8::String> shown, v8::FunctionCallback callback,
                     std::initializer_list<v8::Local<v8::Object>> helpers);
  struct Trap {
    const char* name;
    Kind kind;
  };
  v8::Local<v8::Object> ReplaceConstructor(v8::Local<v8::Object> holder, const char* name,
                                           v8::FunctionCallback callback,
                                           std::initializer_list<Trap> traps,
                                           std::initializer_list<v8::Local<v8::Object>> helpers);
  v8::Local<v8::Function> Original(v8::Local<v8::Object> holder, v8::Local<v8::Name> name) const;
  v8::Local<v8::Function> Replacement(Kind kind, v8::Local<v8::Function> original,
                                      v8::FunctionCallback callback,
                                      std::initializer_list<v8::Local<v8::Object>> helpers);
  void Replace(v8::Local<v8::Object> holder, v8::Local<v8::Name> name,
               v8::Local<v8::Value> replacement) const;

  RuntimeThread& thread_;
  v8::Global<v8::Function> construct_;  // Reflect.construct
  std::deque<Override> overrides_;
};

}  // namespace isolet
