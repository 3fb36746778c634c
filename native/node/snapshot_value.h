// A snapshot as lib/ has it: `{ blob }` or `{ scripts: [{ name, source, cache }] }`, and, as it
// comes from the builder, `{ blob }` or `{ caches }`.
//
// Thread: host.
// Owner: nobody; functions.
#pragma once

#include <napi.h>

#include <memory>

#include "shared/snapshot.h"

namespace isolet {

// Null: `value` is none.
std::shared_ptr<const Snapshot> SnapshotOf(const Napi::Value& value);
// Of scripts it has what V8 has compiled: lib/ knows their names and sources.
Napi::Value ValueOf(Napi::Env env, const Snapshot& snapshot);

// For lib/: which snapshots this build of the addon can read.
Napi::Value SnapshotFormat(const Napi::CallbackInfo& info);

}  // namespace isolet
