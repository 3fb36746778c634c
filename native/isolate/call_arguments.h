// The arguments of one call, decoded: a few, as nearly every call has, on the
// stack.
//
// Thread: any, always that of the reader's realm.
// Owner: the call, on its stack.
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

namespace isolet {

class ValueReader;

class CallArguments {
 public:
  // Reads the count and as many values. False with an exception pending where V8
  // refused to make one, without where the bytes make no sense.
  bool Read(ValueReader& reader);

  int count() const { return static_cast<int>(count_); }
  v8::Local<v8::Value>* data() { return count_ > kFew ? many_.data() : few_; }

 private:
  static constexpr uint32_t kFew = 8;

  uint32_t count_ = 0;
  v8::Local<v8::Value> few_[kFew];
  std::vector<v8::Local<v8::Value>> many_;
};

}  // namespace isolet
