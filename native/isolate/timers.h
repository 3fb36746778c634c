// setTimeout, setInterval and queueMicrotask of a runtime, as browsers have them: what they
// take, and what is due.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "shared/clock.h"

namespace isolet {

class ExternalReferences;
class RuntimeThread;

class Timers {
 public:
  explicit Timers(RuntimeThread& thread) : thread_(thread) {}
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  // Defines the globals, but for those that the code of a snapshot has defined.
  void Install();
  static void List(ExternalReferences& references);

  // kNever: there is none.
  Nanos NextDue() const { return queue_.empty() ? kNever : queue_.begin()->first; }
  // The earliest that is due, until it is given to Run: the call that set it, and its id.
  struct Due {
    uint64_t account;
    int32_t id;
  };
  std::optional<Due> FindDue() const;
  // Calls its function; an interval then waits for its next turn. Exceptions are reported to
  // the runtime's listener. Within a CallScope.
  void Run(int32_t id);
  // Once all that it brought about has been told to the host: until then it counts as active.
  void EndRun();

 private:
  struct Timer {
    v8::Global<v8::Array> handler;  // the function or the source, then the arguments
    Nanos due;
    Nanos interval;  // kNever: it fires once
    uint64_t account;
  };

  static void SetTimeout(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void SetInterval(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void Clear(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void QueueMicrotask(const v8::FunctionCallbackInfo<v8::Value>& info);

  enum class Repeating : uint8_t { kOnce, kAgain };
  void Set(const v8::FunctionCallbackInfo<v8::Value>& info, Repeating repeating);
  void Remove(std::map<int32_t, Timer>::iterator found);
  void Call(v8::Local<v8::Array> handler);
  void PublishFigures();

  RuntimeThread& thread_;
  std::map<int32_t, Timer> timers_;
  // By when they are due; ids grow, so that those due at once keep their order.
  std::set<std::pair<Nanos, int32_t>> queue_;
  uint64_t intervals_ = 0;
  uint64_t running_ = 0;  // that are not in the list any more
  int32_t last_id_ = 0;
};

}  // namespace isolet
