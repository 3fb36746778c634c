#include "isolate/call_arguments.h"

#include "isolate/value_reader.h"

namespace isolet {

bool CallArguments::Read(ValueReader& reader) {
  if (!reader.ReadCount(&count_)) return false;
  if (count_ > kFew) many_.resize(count_);
  v8::Local<v8::Value>* arguments = data();
  for (uint32_t i = 0; i < count_; ++i) {
    if (!reader.Read().ToLocal(&arguments[i])) return false;
  }
  return true;
}

}  // namespace isolet
