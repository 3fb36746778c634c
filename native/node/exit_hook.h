// The last that a process does with runtimes: no thread of theirs may run V8 while its
// platform goes and static destructors run.
//
// node::AtExit, as it is the only hook that process.exit(), an uncaught error and the
// end of the event loop share, and that comes after every listener of 'exit', which may
// use runtimes. Of the main thread: the end of a worker is no end of the process.
//
// Thread: host, the main one.
// Owner: Node, which calls it once.
#pragma once

#include <v8.h>

#include <memory>

namespace isolet {

class Environment;

class ExitHook {
 public:
  static void Register(Environment& environment);

 private:
  explicit ExitHook(Environment& environment);
  static void Run(void* hook);
  // process.exitCode, which Node sets before it calls its hooks.
  int ExitCode() const;

  v8::Isolate* const isolate_;
  // Gone where the cleanup hooks ran first, at the end of the event loop.
  const std::weak_ptr<Environment> environment_;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Object> process_;
};

}  // namespace isolet
