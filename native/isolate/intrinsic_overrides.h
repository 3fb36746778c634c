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
class SnapshotHandles;

class IntrinsicOverrides {
  enum class Kind : uint8_t { kMethod, kConstruct, kCallOfConstructor };
  struct Override {
    Kind kind = Kind::kMethod;
    v8::Global<v8::Function> original;
    std::vector<v8::Global<v8::Object>> helpers;
  };
  enum class Form : uint8_t { kMethod, kConstructor, kCallableConstructor };
  // What was to be put in place of an intrinsic that is not there.
  struct Absent {
    Form form = Form::kMethod;
    v8::Global<v8::Object> holder;
    v8::Global<v8::String> name;
    v8::FunctionCallback callback = nullptr;
  };

 public:
  explicit IntrinsicOverrides(RuntimeThread& thread);
  // Those of a snapshot, where they are in place. Some intrinsics V8 adds to a realm when it comes
  // out of the snapshot, and not while that is made (Genesis::InitializeExperimentalGlobal).
  IntrinsicOverrides(RuntimeThread& thread, SnapshotHandles& handles);
  void Exchange(SnapshotHandles& handles);
  IntrinsicOverrides(const IntrinsicOverrides&) = delete;
  IntrinsicOverrides& operator=(const IntrinsicOverrides&) = delete;

  // One call of a method or a constructor, or construction by one, that took another's
  // place.
  class Call {
   public:
    explicit Call(const v8::FunctionCallbackInfo<v8::Value>& info);

    RuntimeThread& thread() const { return thread_; }
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
    RuntimeThread& thread_;
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
  // For a snapshot: other realms have all that they will have.
  void Miss(Form form, v8::Local<v8::Object> holder, v8::Local<v8::String> name,
            v8::FunctionCallback callback);
  void OverrideLate();
  v8::Local<v8::Object> ReplaceConstructor(Form form, v8::Local<v8::Object> holder,
                                           v8::Local<v8::String> key, v8::FunctionCallback callback,
                                           std::initializer_list<v8::Local<v8::Object>> helpers);
  v8::Local<v8::Function> Original(v8::Local<v8::Object> holder, v8::Local<v8::Name> name) const;
  v8::Local<v8::Function> Replacement(Kind kind, v8::Local<v8::Function> original,
                                      v8::FunctionCallback callback,
                                      std::initializer_list<v8::Local<v8::Object>> helpers);
  void Replace(v8::Local<v8::Object> holder, v8::Local<v8::Name> name,
               v8::Local<v8::Value> replacement) const;

  RuntimeThread& thread_;
  v8::Global<v8::Function> construct_;  // Reflect.construct
  // A function of ours has the number of its own as its data, which a snapshot can keep.
  std::deque<Override> overrides_;
  std::vector<Absent> absent_;
};

}  // namespace isolet
