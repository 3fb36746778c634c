// The console of a runtime: each call is one of a host function, which gets the level and
// the arguments as values; what can't cross is described in words.
//
// Every call waits for the host, so that a plugin that logs without end waits as well, and
// nothing piles up.
//
// Thread: runtime.
// Owner: RuntimeThread.
#pragma once

#include <v8.h>

#include <map>
#include <string>
#include <vector>

#include "shared/clock.h"
#include "shared/payload.h"
#include "shared/runtime_limits.h"

namespace isolet {

class ExternalReferences;
class RuntimeThread;

class Console {
 public:
  explicit Console(RuntimeThread& thread);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // Defines the global, unless the code of a snapshot has.
  void Install();
  static void List(ExternalReferences& references);

 private:
  using Arguments = std::vector<v8::Local<v8::Value>>;
  enum class Method : int;

  static void OnCall(const v8::FunctionCallbackInfo<v8::Value>& info);
  void Call(Method method, const Arguments& arguments);
  void Assert(const Arguments& arguments);
  void Count(const Arguments& arguments);
  void ResetCount(const Arguments& arguments);
  void StartTimer(const Arguments& arguments);
  void TellTimer(const Arguments& arguments, Method method);
  void Trace(const Arguments& arguments);
  Arguments Shorten(const Arguments& arguments);
  bool Write(const Arguments& arguments, Payload* payload);
  // Calls the host; false: an exception is pending.
  bool Send(const char* level, const Arguments& arguments);
  void Warn(const std::string& text);
  // The label that is given first; false: it can't be had.
  bool LabelOf(const Arguments& arguments, std::string* label);

  RuntimeThread& thread_;
  RuntimeLimits limits_;
  std::map<std::string, uint64_t> counts_;
  std::map<std::string, Nanos> timers_;
};

}  // namespace isolet
