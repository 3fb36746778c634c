#include "isolate/key_collisions.h"

#include "shared/hash_chains.h"

namespace isolet {
namespace {

// Fewer can't make much work, whatever they are.
constexpr uint32_t kFewKeys = 64;
// Where nobody chose them: one, or less.
constexpr uint64_t kComparisonsOfKey = 16;
// Some milliseconds.
constexpr uint64_t kComparisonsAllowed = 250'000;

uint64_t LowestDigit(v8::Local<v8::BigInt> value) {
  int sign = 0;
  int count = 1;
  uint64_t digit = 0;
  value->ToWordsArray(&sign, &count, &digit);
  return digit;
}

void AddText(v8::Local<v8::Context> context, v8::Local<v8::String> text, HashChains& chains) {
  constexpr int kMostDigits = 10;
  v8::Local<v8::Uint32> index;
  if (text->Length() > kMostDigits || !text->ToArrayIndex(context).ToLocal(&index)) return;
  chains.Add(HashOfIndexText(index->Value(), static_cast<uint32_t>(text->Length())));
}

}  // namespace

bool KeyCollisions::Admit(const Realm& realm, FunctionPort& port, v8::Local<v8::Array> entries,
                          ContainerKind kind) {
  v8::Isolate* isolate = realm.isolate();
  const v8::Local<v8::Context> context = realm.context();
  const uint32_t step = kind == ContainerKind::kMap ? 2 : 1;
  if (entries->Length() <= kFewKeys * step) return true;
  HashChains chains;
  for (uint32_t i = 0; i < entries->Length(); i += step) {
    if (keys_ % FunctionPort::kStepsBetweenStopChecks == 0 && port.ShouldStop()) return false;
    const v8::HandleScope handles(isolate);
    v8::Local<v8::Value> key;
    // An array of V8's own, whose elements are all there.
    if (!entries->Get(context, i).ToLocal(&key)) return true;
    ++keys_;
    // Hashes of all others have a secret, or are at random.
    if (key->IsNumber()) {
      chains.Add(HashOfNumber(key.As<v8::Number>()->Value()));
    } else if (key->IsBigInt()) {
      chains.Add(HashOfBigInt(LowestDigit(key.As<v8::BigInt>())));
    } else if (key->IsString()) {
      AddText(context, key.As<v8::String>(), chains);
    }
    if (comparisons_ + chains.comparisons() > kComparisonsAllowed + (keys_ * kComparisonsOfKey)) {
      return false;
    }
  }
  comparisons_ += chains.comparisons();
  return true;
}

}  // namespace isolet
