// The only place that knows how an isolate is made and disposed of, on which
// Node version.
//
// Thread: runtime, except where a function says otherwise.
// Owner: nobody; functions.
#pragma once

#include <node.h>

#include <memory>

#include "isolate/buffer_allocator.h"
#include "isolate/task_queue.h"
#include "shared/runtime_limits.h"

namespace isolet {

struct IsolateParts {
  node::MultiIsolatePlatform* platform;
  std::shared_ptr<BufferAllocator> allocator;
  std::shared_ptr<TaskQueue> tasks;
  // What it is made from; null: V8's default. Stays for as long as the isolate.
  const v8::StartupData* snapshot = nullptr;
};

// How many bytes an isolate has V8 map as it is made: V8 ends the process where it does
// not get them. Thread: any.
size_t AddressSpaceFor(const RuntimeLimits& limits, const v8::StartupData* snapshot);

// With Process::isolate_lifecycle held. Null where V8 has no memory for one.
v8::Isolate* CreateIsolateLocked(const IsolateParts& parts, const RuntimeLimits& limits);
// One of which a snapshot can be made, entered. Null where this process can't make such, or V8 has
// no memory. With Process::isolate_lifecycle held.
std::unique_ptr<v8::SnapshotCreator> CreateSnapshotCreatorLocked(const IsolateParts& parts,
                                                                 const RuntimeLimits& limits);
void DisposeIsolate(node::MultiIsolatePlatform* platform, v8::Isolate* isolate);

// Records which names a context of this process's main heap gives its
// intrinsics: what an isolate from V8's default snapshot is tested against.
// Thread: host, before the first CreateIsolate; only the first call does work.
void RecordReferenceIntrinsics(v8::Isolate* host);

}  // namespace isolet
