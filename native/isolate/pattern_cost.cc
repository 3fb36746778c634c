#include "isolate/pattern_cost.h"

#include <string>

#include "isolate/v8_strings.h"

namespace isolet {
namespace {

// In characters. What is left takes 0.3 s at most.
constexpr uint64_t kMost = 32'768;
// With the flag v a property may be one of strings, of which there are thousands: 10 ms each.
constexpr uint64_t kCostOfPropertyOfStrings = 2048;

uint64_t CountProperties(const std::u16string& source) {
  uint64_t count = 0;
  for (size_t i = 0; i + 1 < source.size(); ++i) {
    if (source[i] != u'\\') continue;
    ++i;
    if (source[i] == u'p' || source[i] == u'P') ++count;
  }
  return count;
}

}  // namespace

bool PatternCost::Admit(v8::Isolate* isolate, v8::Local<v8::RegExp> regexp) {
  v8::Local<v8::String> source = regexp->GetSource();
  cost_ += static_cast<uint64_t>(source->Length());
  if (cost_ > kMost) return false;
  if ((regexp->GetFlags() & v8::RegExp::kUnicodeSets) == 0) return true;
  cost_ += CountProperties(ToUtf16(isolate, source)) * kCostOfPropertyOfStrings;
  return cost_ <= kMost;
}

}  // namespace isolet
