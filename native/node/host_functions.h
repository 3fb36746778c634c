// How the host's side names functions that cross.
//
// Thread: host.
// Owner: HostRuntime.
#pragma once

#include <v8.h>

#include "isolate/function_port.h"

namespace isolet {

class HostRuntime;

class HostFunctions final : public FunctionPort {
 public:
  explicit HostFunctions(HostRuntime& runtime) : runtime_(runtime) {}

  bool Export(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver, FunctionName* name,
              Refusal* refusal) override;
  void Withdraw(uint64_t id) override;
  v8::MaybeLocal<v8::Value> Import(FunctionName name) override;
  bool OpenStream(v8::Local<v8::Object> source, StreamEnds* ends) override;
  v8::MaybeLocal<v8::Value> WrapStream(const StreamEnds& ends) override;
  std::shared_ptr<v8::BackingStore> TakeMemory(v8::Local<v8::ArrayBuffer> buffer) override;
  // The host's own code is never to be given up.
  bool ShouldStop() override { return false; }

 private:
  HostRuntime& runtime_;
};

}  // namespace isolet
