// The functions of the fuzzer: a few that both tags name by their index, so that
// ids right and wrong are met, and what was decoded can be encoded again.
//
// Thread: host.
// Owner: the Prober whose realm they belong to.
#pragma once

#include <v8.h>

#include <memory>
#include <vector>

#include "isolate/function_port.h"
#include "isolate/realm.h"

namespace isolet {

class FuzzPort final : public FunctionPort {
 public:
  explicit FuzzPort(const Realm& realm);

  bool Export(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver, FunctionName* name,
              Refusal* refusal) override;
  void Withdraw(uint64_t) override {}
  // Of the sender's functions there are as many as it says, of ours only so many.
  v8::MaybeLocal<v8::Value> Import(FunctionName name) override;
  // A source has the ends that stand for it, and every stream is an object of its own.
  bool OpenStream(v8::Local<v8::Object> source, StreamEnds* ends) override;
  v8::MaybeLocal<v8::Value> WrapStream(const StreamEnds& ends) override;
  // Values are encoded again and again: nothing of theirs is moved.
  std::shared_ptr<v8::BackingStore> TakeMemory(v8::Local<v8::ArrayBuffer>) override { return {}; }
  bool ShouldStop() override { return false; }

 private:
  const Realm& realm_;
  std::vector<v8::Global<v8::Function>> functions_;
};

}  // namespace isolet
