#include "isolate/isolate_factory.h"

#include <v8-cppgc.h>

#include <algorithm>
#include <atomic>
#include <string>

#include "isolate/external_references.h"
#include "isolate/registering_platform.h"
#include "isolate/rethrow.h"
#include "shared/guarded.h"

// Node's own overload with real ResourceConstraints: exported by the Linux and
// macOS binaries of Node 20 to 26, not declared in the headers, not exported on
// Windows; hence weak.
#if defined(__GNUC__) && !defined(_WIN32)
namespace node {
struct SnapshotData;
__attribute__((weak)) v8::Isolate* NewIsolate(v8::Isolate::CreateParams* params, uv_loop_s* loop,
                                              MultiIsolatePlatform* platform,
                                              const SnapshotData* snapshot_data,
                                              const IsolateSettings& settings);
}  // namespace node
#define ISOLET_HAS_WEAK_NEW_ISOLATE 1
#endif

namespace isolet {
namespace {

#if NODE_MAJOR_VERSION >= 22
// Names of all properties of everything reachable from the global object, but for what V8 adds
// where the host has an inspector or, from Node 24 on, a callback for streams of WebAssembly. Run
// in fresh contexts only, where nothing is patched.
constexpr const char kNamesOfIntrinsics[] = R"((function () {
  const names = [], seen = new Set(), queue = [globalThis];
  while (queue.length > 0) {
    const object = queue.pop();
    if (seen.has(object)) continue;
    seen.add(object);
    for (const key of Reflect.ownKeys(object)) {
      if (key === 'console' || key === 'compileStreaming' || key === 'instantiateStreaming') continue;
      names.push(typeof key === 'symbol' ? key.description : key);
      const { value, get } = Reflect.getOwnPropertyDescriptor(object, key);
      for (const next of [value, get]) {
        if (typeof next === 'function' || (typeof next === 'object' && next !== null)) queue.push(next);
      }
    }
    const prototype = Reflect.getPrototypeOf(object);
    if (prototype !== null) queue.push(prototype);
  }
  return names.join();
})())";

std::string NamesOfIntrinsics(v8::Isolate* isolate) {
  v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = v8::Context::New(isolate);
  v8::Context::Scope entered(context);
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> names;
  v8::Local<v8::String> source;
  if (!v8::String::NewFromUtf8(isolate, kNamesOfIntrinsics).ToLocal(&source) ||
      !v8::Script::Compile(context, source).ToLocal(&script) ||
      !script->Run(context).ToLocal(&names)) {
    // A worker's end, which is not to be forgotten.
    if (try_catch.HasTerminated()) Rethrow(isolate, try_catch);
    return "";
  }
  v8::String::Utf8Value text(isolate, names);
  return {*text, static_cast<size_t>(text.length())};
}

Guarded<std::string>& ReferenceNames() {
  static auto* const names = new Guarded<std::string>();
  return *names;
}
#endif

// With less, V8 of Node 26 has to collect while it reads its snapshot, and ends the
// process for that. HeapGuard lowers the limit once the isolate is there.
constexpr size_t kLeastToStart = size_t{16} << 20;
// What a snapshot becomes is some twice as large, of which a part must be free.
constexpr size_t kHeapPerSnapshot = 4;

size_t LeastToStart(const v8::StartupData* snapshot) {
  const size_t bytes = snapshot != nullptr ? static_cast<size_t>(snapshot->raw_size) : 0;
  return kLeastToStart + (bytes * kHeapPerSnapshot);
}

// V8 reserves as much for machine code, and takes a size that is not of whole pages for impossible
// (CodeRange::InitReservation, V8 12 to 14).
size_t InWholePages(size_t bytes) {
  constexpr size_t kLargestPage = size_t{1} << 20;
  return (bytes + kLargestPage - 1) / kLargestPage * kLargestPage;
}

// On Windows Node 20 has no use for it.
[[maybe_unused]] v8::ResourceConstraints ConstraintsFor(const IsolateParts& parts,
                                                        const RuntimeLimits& limits) {
  v8::ResourceConstraints constraints;
  if (limits.max_heap_size == 0) return constraints;
  const size_t least = LeastToStart(parts.snapshot);
  const size_t initial = parts.snapshot != nullptr ? std::max(limits.initial_heap_size, least)
                                                   : limits.initial_heap_size;
  constraints.ConfigureDefaultsFromHeapSize(initial,
                                            InWholePages(std::max(limits.max_heap_size, least)));
  return constraints;
}

constexpr int kMostFrames = 32;
#if V8_MAJOR_VERSION >= 14
// Frames across origins, of which there is one, make V8 keep them apart from those of `stack`.
// Together with an Error.stackTraceLimit of some 2^31 it aborts the process (V8 14.6, Node
// 26.10).
constexpr auto kFrames = static_cast<v8::StackTrace::StackTraceOptions>(
    v8::StackTrace::kDetailed | v8::StackTrace::kExposeFramesAcrossSecurityOrigins);
#else
constexpr auto kFrames = v8::StackTrace::kDetailed;
#endif

void Configure(v8::Isolate* isolate) {
  isolate->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  isolate->SetCaptureStackTraceForUncaughtExceptions(true, kMostFrames, kFrames);
  // Node's own reads an embedder slot that a context of ours does not have.
  isolate->SetAllowWasmCodeGenerationCallback(
      [](v8::Local<v8::Context>, v8::Local<v8::String>) { return true; });
  // Node's dereferences the environment that is not there.
  isolate->SetWasmStreamingCallback(nullptr);
}

v8::Isolate* CreateFromNodeSnapshot(const IsolateParts& parts,
                                    [[maybe_unused]] const RuntimeLimits& limits) {
  RegisteringPlatform platform(parts.platform, parts.tasks.get());
  node::IsolateSettings settings;
  settings.flags = node::SHOULD_NOT_SET_PROMISE_REJECTION_CALLBACK |
                   node::SHOULD_NOT_SET_PREPARE_STACK_TRACE_CALLBACK;
  v8::Isolate* isolate = nullptr;
#if NODE_MAJOR_VERSION >= 24
  // Made with the real platform, or V8 would keep the one on our stack.
  settings.cpp_heap = v8::CppHeap::Create(parts.platform, v8::CppHeapCreateParams({})).release();
#endif
#ifdef ISOLET_HAS_WEAK_NEW_ISOLATE
  using WithParams =
      v8::Isolate* (*)(v8::Isolate::CreateParams*, uv_loop_s*, node::MultiIsolatePlatform*,
                       const node::SnapshotData*, const node::IsolateSettings&);
  WithParams volatile with_params = &node::NewIsolate;
  if (with_params != nullptr) {
    v8::Isolate::CreateParams params;
    params.array_buffer_allocator_shared = parts.allocator;
    params.constraints = ConstraintsFor(parts, limits);
#if NODE_MAJOR_VERSION >= 24
    params.cpp_heap = settings.cpp_heap;
#endif
    isolate = with_params(&params, nullptr, &platform, nullptr, settings);
  } else
#endif
  {
    std::shared_ptr<node::ArrayBufferAllocator> allocator = parts.allocator;
    isolate = node::NewIsolate(allocator, nullptr, &platform, nullptr, settings);
  }
  return isolate;
}

#if NODE_MAJOR_VERSION >= 22
v8::Isolate* Allocate(const IsolateParts& parts) {
  v8::Isolate* isolate = v8::Isolate::Allocate();
  if (isolate != nullptr) parts.platform->RegisterIsolate(isolate, parts.tasks.get());
  return isolate;
}

v8::Isolate::CreateParams ParamsFor(const IsolateParts& parts, const RuntimeLimits& limits) {
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator_shared = parts.allocator;
  params.constraints = ConstraintsFor(parts, limits);
  params.snapshot_blob = parts.snapshot;
  params.external_references = ExternalReferences::List();
  return params;
}

v8::Isolate* CreateFromV8Snapshot(const IsolateParts& parts, const RuntimeLimits& limits) {
  v8::Isolate* isolate = Allocate(parts);
  if (isolate != nullptr) v8::Isolate::Initialize(isolate, ParamsFor(parts, limits));
  return isolate;
}

enum class DefaultSnapshot : int { kUntested, kSound, kUnsound };
std::atomic<DefaultSnapshot>& DefaultSnapshotState() {
  static auto* const state = new std::atomic<DefaultSnapshot>(DefaultSnapshot::kUntested);
  return *state;
}

bool TestDefaultSnapshot(v8::Isolate* isolate) {
  v8::Isolate::Scope entered(isolate);
  const std::string names = NamesOfIntrinsics(isolate);
  const bool sound = !names.empty() && names == *ReferenceNames().Lock();
  DefaultSnapshotState().store(sound ? DefaultSnapshot::kSound : DefaultSnapshot::kUnsound);
  return sound;
}

// What is made from V8's default snapshot is good for as much as that.
bool IsDefaultSnapshotSound(IsolateParts parts, const RuntimeLimits& limits) {
  if (DefaultSnapshotState().load() == DefaultSnapshot::kUntested) {
    parts.snapshot = nullptr;
    v8::Isolate* isolate = CreateFromV8Snapshot(parts, limits);
    if (isolate == nullptr) return false;
    TestDefaultSnapshot(isolate);
    DisposeIsolate(parts.platform, isolate);
  }
  return DefaultSnapshotState().load() == DefaultSnapshot::kSound;
}
#endif

}  // namespace

void RecordReferenceIntrinsics(v8::Isolate* host) {
#if NODE_MAJOR_VERSION >= 22
  auto names = ReferenceNames().Lock();
  if (names->empty()) *names = NamesOfIntrinsics(host);
#else
  (void)host;
#endif
}

size_t AddressSpaceFor(const RuntimeLimits& limits, const v8::StartupData* snapshot) {
  // V8 reserves as much for machine code as the heap may hold, up to this.
  constexpr size_t kMostForCode = size_t{512} << 20;
  // Node 26: V8's table of compiled functions.
  constexpr size_t kTable = NODE_MAJOR_VERSION >= 26 ? size_t{256} << 20 : 0;
  // The heap to start with, and an arena of the C library.
  constexpr size_t kHeap = size_t{16 + 128} << 20;
  const size_t heap = limits.max_heap_size != 0 ? limits.max_heap_size : kMostForCode;
  return std::min(std::max(heap, LeastToStart(snapshot)), kMostForCode) + kTable + kHeap;
}

v8::Isolate* CreateIsolateLocked(const IsolateParts& parts, const RuntimeLimits& limits) {
  v8::Isolate* isolate = nullptr;
#if NODE_MAJOR_VERSION >= 22
  if (parts.snapshot != nullptr && !IsDefaultSnapshotSound(parts, limits)) return nullptr;
  // V8's default snapshot is faster, but the read-only heap is shared with the
  // main isolate, which came from Node's: where the two differ, names are
  // silently wrong. Node 20 differs always; later ones as they are built today
  // do not, which the first isolate is tested for.
  if (DefaultSnapshotState().load() != DefaultSnapshot::kUnsound) {
    isolate = CreateFromV8Snapshot(parts, limits);
    if (isolate == nullptr) return nullptr;
    if (DefaultSnapshotState().load() == DefaultSnapshot::kUntested &&
        !TestDefaultSnapshot(isolate)) {
      DisposeIsolate(parts.platform, isolate);
      isolate = nullptr;
    }
  }
#endif
  if (isolate == nullptr) isolate = CreateFromNodeSnapshot(parts, limits);
  if (isolate != nullptr) Configure(isolate);
  return isolate;
}

std::unique_ptr<v8::SnapshotCreator> CreateSnapshotCreatorLocked(
    [[maybe_unused]] const IsolateParts& parts, [[maybe_unused]] const RuntimeLimits& limits) {
#if NODE_MAJOR_VERSION >= 22
  if (!IsDefaultSnapshotSound(parts, limits)) return nullptr;
  v8::Isolate* isolate = Allocate(parts);
  if (isolate == nullptr) return nullptr;
  auto creator = std::make_unique<v8::SnapshotCreator>(isolate, ParamsFor(parts, limits));
  Configure(isolate);
  return creator;
#else
  return nullptr;
#endif
}

void DisposeIsolate(node::MultiIsolatePlatform* platform, v8::Isolate* isolate) {
#if NODE_MAJOR_VERSION >= 24
  platform->DisposeIsolate(isolate);
#else
  // In this order: once it is disposed of, its address may be that of the next one.
  platform->UnregisterIsolate(isolate);
  isolate->Dispose();
#endif
}

}  // namespace isolet
