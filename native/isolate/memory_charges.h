// Charges on the runtime's memory budget for memory that belongs to a JavaScript
// object and never comes from the allocator: a resizable buffer, a WebAssembly
// memory. A charge ends with its object.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "shared/id_map.h"
#include "shared/memory_budget.h"
#include "shared/wasm_types.h"

namespace isolet {

class RuntimeThread;

// Charges `bytes`, if need be after a collection, as V8 does before it takes an
// allocator's refusal for final: what is charged may belong to garbage.
bool ChargeOrCollect(v8::Isolate* isolate, MemoryBudget& budget, size_t bytes);

struct MemoryCost {
  uint64_t bytes = 0;
  // Of Process::reservations.
  uint64_t reservations = 0;
};

class MemoryCharges {
 public:
  // What is claimed by ClaimForCall() while it lives ends with it. Scopes nest, as calls do.
  class CallScope {
   public:
    explicit CallScope(MemoryCharges& charges)
        : charges_(charges), before_(charges.claimed_for_calls_) {}
    ~CallScope();
    CallScope(const CallScope&) = delete;
    CallScope& operator=(const CallScope&) = delete;

   private:
    MemoryCharges& charges_;
    const uint64_t before_;
  };

  explicit MemoryCharges(RuntimeThread& thread);
  ~MemoryCharges();
  MemoryCharges(const MemoryCharges&) = delete;
  MemoryCharges& operator=(const MemoryCharges&) = delete;

  // Charges `cost` if it can be had at once.
  bool TryClaim(MemoryCost cost);
  // Charges `cost`, collecting garbage if it must. False: refused; nothing is
  // charged, and a runtime that is full is on its way to its end.
  bool Claim(MemoryCost cost);
  void Refund(MemoryCost cost);
  // As Claim(), for what a call of a built-in holds outside the heap until it ends.
  bool ClaimForCall(uint64_t bytes);

  // `cost`, which has been claimed, is the object's from here on. Returns a number for it.
  uint64_t Track(v8::Local<v8::Object> object, MemoryCost cost);
  bool IsTracked(v8::Local<v8::Object> object) const;
  // Whether nothing that is charged is alive, as far as the last collection has seen.
  bool IsEmpty() const { return charges_.size() == 0; }
  // Global handles.
  size_t handles() const { return charges_.size(); }
  // What an object was charged; 0: nothing.
  uint64_t BytesOf(v8::Local<v8::Object> object) const;
  // What an object holds has changed to `bytes`, without asking.
  void Adjust(v8::Local<v8::Object> object, uint64_t bytes);
  // The object holds nothing any more. By number: it allocates nothing, and may be collected.
  void Release(v8::Local<v8::Object> object);
  void Release(uint64_t number);
  // Of a type section, or of what else makes types. False: refused, without an exception.
  bool AdmitTypes(const uint8_t* content, size_t size);
  bool AdmitTypes(const WasmTypes::Section& section);
  // Of a locale, by its name. False: refused, without an exception.
  bool AdmitLocale(const std::string& name);
  // What `from` was charged is `to`'s.
  void Move(v8::Local<v8::Object> from, v8::Local<v8::Object> to);

 private:
  struct Charge {
    MemoryCharges* owner;
    uint64_t id;
    MemoryCost cost;
    v8::Global<v8::Object> object;
  };

  bool Reserve(uint64_t count);
  void Release(Charge* charge);
  // Null: none.
  Charge* Find(v8::Local<v8::Object> object) const;
  static void OnCollected(const v8::WeakCallbackInfo<Charge>& info);

  RuntimeThread& thread_;
  v8::Global<v8::Private> mark_;
  IdMap<Charge> charges_;
  uint64_t reservations_ = 0;
  uint64_t types_ = 0;
  uint64_t locales_ = 0;
  uint64_t claimed_for_calls_ = 0;
};

}  // namespace isolet
