// Makes a snapshot of a runtime's realm, once its scripts have run, and is the end of that
// runtime: of V8's own kind where this process's base allows it, else of the scripts.
//
// Thread: runtime.
// Owner: RuntimeThread of a runtime that is for nothing else.
#pragma once

#include <v8.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isolate/intrinsics_record.h"
#include "isolate/isolate_factory.h"
#include "shared/message.h"
#include "shared/snapshot.h"

namespace isolet {

class RuntimeThread;

class RealmSnapshot {
 public:
  explicit RealmSnapshot(RuntimeThread& thread) : thread_(thread) {}
  RealmSnapshot(const RealmSnapshot&) = delete;
  RealmSnapshot& operator=(const RealmSnapshot&) = delete;

  // The isolate to run the scripts in. With Process::isolate_lifecycle held.
  v8::Isolate* CreateIsolateLocked(const IsolateParts& parts, const RuntimeLimits& limits);
  // Before anything runs in the realm.
  void Begin();
  // One that has run.
  void Record(v8::Local<v8::Script> script);

  // The host's command. From here on the runtime serves nothing more.
  void Ask(const Message& command) { asked_ = command.id; }
  // The number of that command.
  uint64_t asked() const { return asked_; }
  bool is_asked() const { return asked_ != 0; }
  // Takes the handles of the realm's, before they go.
  void Keep();
  // Once they have gone, and all scopes: answers the command, and ends the runtime.
  void Finish();
  // Leaves the isolate, which is then to be disposed of.
  void LetGo() {
    intrinsics_.LetGo();
    scripts_.clear();
    creator_.reset();
  }

  // For V8's fatal handlers, which say why: while the snapshot is written, the thread can't go
  // on, nor leave what V8 holds there.
  static void FailIfWriting(std::string_view why);

 private:
  void KeepRealm(v8::Local<v8::Context> context);
  v8::StartupData Write();
  void Fail(std::string why);

  RuntimeThread& thread_;
  // Null: V8's kind can't be made.
  std::unique_ptr<v8::SnapshotCreator> creator_;
  IntrinsicsRecord intrinsics_;
  // It is of V8's kind where that can be made; else it is the scripts, which are to run again.
  bool is_of_v8_ = false;
  std::vector<v8::Global<v8::UnboundScript>> scripts_;
  std::unique_ptr<Snapshot> made_;
  uint64_t asked_ = 0;
  bool is_writing_ = false;
};

}  // namespace isolet
