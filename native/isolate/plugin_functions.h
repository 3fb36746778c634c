// The plugin's side of functions that cross: which functions of the plugin the
// host holds, and the plugin's functions that stand for the host's.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <unordered_set>

#include "isolate/function_port.h"
#include "shared/id_map.h"

namespace isolet {

class RuntimeThread;

class PluginFunctions final : public FunctionPort {
 public:
  explicit PluginFunctions(RuntimeThread& thread);
  ~PluginFunctions() override;

  // FunctionPort
  bool Export(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver, FunctionName* name,
              Refusal* refusal) override;
  void Withdraw(uint64_t id) override { Release(id); }
  v8::MaybeLocal<v8::Value> Import(FunctionName name) override;
  bool OpenStream(v8::Local<v8::Object> source, StreamEnds* ends) override;
  v8::MaybeLocal<v8::Value> WrapStream(const StreamEnds& ends) override;
  std::shared_ptr<v8::BackingStore> TakeMemory(v8::Local<v8::ArrayBuffer> buffer) override;
  bool ShouldStop() override;

  // Holds `function` for the host, whatever it stands for; returns its id.
  uint64_t Hold(v8::Local<v8::Function> function, v8::Local<v8::Value> receiver);
  // A function the host holds; false: it holds none of that id.
  bool Find(uint64_t id, v8::Local<v8::Function>* function, v8::Local<v8::Value>* receiver);
  void Release(uint64_t id);

  // Marks an error as standing for one of the host's, which the host keeps until
  // this one is collected.
  void MarkHostError(v8::Local<v8::Object> error, uint64_t id);
  // 0: not marked.
  uint64_t HostErrorOf(v8::Local<v8::Value> error) const;

  // Global handles, at most.
  size_t handles() const { return (2 * exported_.size()) + proxied_.size(); }

 private:
  struct Exported {
    v8::Global<v8::Function> function;
    v8::Global<v8::Value> receiver;
  };
  // A host object that something of the plugin's stands for.
  struct Proxied {
    PluginFunctions* owner;
    uint64_t id;
    v8::Global<v8::Object> stand_in;
  };

  void Track(v8::Local<v8::Object> stand_in, uint64_t id);
  uint64_t ReadMark(v8::Local<v8::Object> object) const;
  static void OnCollected(const v8::WeakCallbackInfo<Proxied>& info);

  RuntimeThread& thread_;
  v8::Global<v8::Private> mark_;
  IdMap<Exported> exported_;
  std::unordered_set<Proxied*> proxied_;
};

}  // namespace isolet
