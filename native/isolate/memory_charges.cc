#include "isolate/memory_charges.h"

#include <utility>

#include "isolate/process.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {

MemoryCharges::MemoryCharges(RuntimeThread& thread)
    : thread_(thread),
      mark_(thread.isolate(),
            v8::Private::New(thread.isolate(), Literal(thread.isolate(), "isolet:charge"))) {}

bool ChargeOrCollect(v8::Isolate* isolate, MemoryBudget& budget, size_t bytes) {
  if (budget.Charge(bytes)) return true;
  if (!budget.CouldEverFit(bytes)) return false;
  isolate->LowMemoryNotification();
  return budget.Charge(bytes);
}

MemoryCharges::~MemoryCharges() { Process::Get().reservations.GiveBack(reservations_); }

bool MemoryCharges::Reserve(uint64_t count) {
  if (!Process::Get().reservations.Take(reservations_, count)) return false;
  reservations_ += count;
  return true;
}

bool MemoryCharges::TryClaim(MemoryCost cost) {
  if (!Reserve(cost.reservations)) return false;
  if (thread_.core().budget->Charge(cost.bytes)) return true;
  Refund({0, cost.reservations});
  return false;
}

bool MemoryCharges::Claim(MemoryCost cost) {
  if (TryClaim(cost)) return true;
  const MemoryBudget& budget = *thread_.core().budget;
  if (!budget.CouldEverFit(cost.bytes)) return false;
  thread_.isolate()->LowMemoryNotification();
  if (TryClaim(cost)) return true;
  if (!budget.HasRoom(cost.bytes)) thread_.heap_guard().JudgeRefusal();
  return false;
}

void MemoryCharges::Refund(MemoryCost cost) {
  thread_.core().budget->Refund(cost.bytes);
  Process::Get().reservations.GiveBack(cost.reservations);
  reservations_ -= cost.reservations;
}

bool MemoryCharges::ClaimForCall(uint64_t bytes) {
  if (!Claim({bytes, 0})) return false;
  claimed_for_calls_ += bytes;
  return true;
}

MemoryCharges::CallScope::~CallScope() {
  charges_.Refund({charges_.claimed_for_calls_ - before_, 0});
  charges_.claimed_for_calls_ = before_;
}

uint64_t MemoryCharges::Track(v8::Local<v8::Object> object, MemoryCost cost) {
  v8::Isolate* isolate = thread_.isolate();
  const uint64_t id = charges_.Add({this, 0, cost, v8::Global<v8::Object>(isolate, object)});
  Charge* charge = charges_.Find(id);
  charge->id = id;
  charge->object.SetWeak(charge, OnCollected, v8::WeakCallbackType::kParameter);
  object
      ->SetPrivate(thread_.realm().context(), mark_.Get(isolate),
                   v8::Number::New(isolate, static_cast<double>(id)))
      .FromMaybe(false);
  return id;
}

MemoryCharges::Charge* MemoryCharges::Find(v8::Local<v8::Object> object) const {
  v8::Local<v8::Value> mark;
  if (!object->GetPrivate(thread_.realm().context(), mark_.Get(thread_.isolate())).ToLocal(&mark) ||
      !mark->IsNumber()) {
    return nullptr;
  }
  const auto id = static_cast<uint64_t>(mark.As<v8::Number>()->Value());
  return const_cast<IdMap<Charge>&>(charges_).Find(id);
}

bool MemoryCharges::IsTracked(v8::Local<v8::Object> object) const {
  return Find(object) != nullptr;
}

uint64_t MemoryCharges::BytesOf(v8::Local<v8::Object> object) const {
  const Charge* charge = Find(object);
  return charge == nullptr ? 0 : charge->cost.bytes;
}

void MemoryCharges::Adjust(v8::Local<v8::Object> object, uint64_t bytes) {
  Charge* charge = Find(object);
  if (charge == nullptr) return;
  MemoryBudget& budget = *thread_.core().budget;
  const uint64_t before = std::exchange(charge->cost.bytes, bytes);
  if (bytes < before) budget.Refund(before - bytes);
  if (bytes > before) budget.ChargeRegardless(bytes - before);
}

void MemoryCharges::Release(v8::Local<v8::Object> object) { Release(Find(object)); }

void MemoryCharges::Release(uint64_t number) { Release(charges_.Find(number)); }

void MemoryCharges::Release(Charge* charge) {
  if (charge != nullptr) Refund(std::exchange(charge->cost, {}));
}

bool MemoryCharges::AdmitTypes(const uint8_t* content, size_t size) {
  const auto section = Process::Get().wasm_types.Read(content, size);
  return section.has_value() && AdmitTypes(*section);
}

bool MemoryCharges::AdmitTypes(const WasmTypes::Section& section) {
  return Process::Get().wasm_types.Admit(section, &types_);
}

bool MemoryCharges::AdmitLocale(const std::string& name) {
  return Process::Get().locale_names.Admit(name, &locales_);
}

void MemoryCharges::Move(v8::Local<v8::Object> from, v8::Local<v8::Object> to) {
  Charge* charge = Find(from);
  if (charge != nullptr) Track(to, std::exchange(charge->cost, {}));
}

void MemoryCharges::OnCollected(const v8::WeakCallbackInfo<Charge>& info) {
  Charge* charge = info.GetParameter();
  MemoryCharges* self = charge->owner;
  self->Refund(charge->cost);
  self->charges_.Remove(charge->id);
}

}  // namespace isolet
