#include "isolate/held_reactions.h"

#include "isolate/modules.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_strings.h"

namespace isolet {

void HeldReactions::Watch() {
  if (!mark_.IsEmpty()) return;
  v8::Isolate* isolate = thread_.isolate();
  mark_.Reset(isolate, v8::Private::New(isolate, Literal(isolate, "isolet:held-reaction")));
  isolate->SetPromiseHook(OnPromise);
}

// What V8 makes to follow a module has a pending promise as its parent; what an await of the
// module's own does, one that has settled.
void HeldReactions::OnPromise(v8::PromiseHookType type, v8::Local<v8::Promise> promise,
                              v8::Local<v8::Value> parent) {
  RuntimeThread& thread = RuntimeThread::Of(v8::Isolate::GetCurrent());
  const HeldReactions& self = thread.modules().graphs().evaluator().held_reactions();
  Terminator& terminator = thread.core().terminator;
  switch (type) {
    case v8::PromiseHookType::kInit:
      if (terminator.is_held() && parent->IsPromise() &&
          parent.As<v8::Promise>()->State() == v8::Promise::PromiseState::kPending) {
        promise
            ->SetPrivate(thread.realm().context(), self.mark_.Get(thread.isolate()),
                         v8::True(thread.isolate()))
            .FromMaybe(false);
      }
      return;
    case v8::PromiseHookType::kBefore:
      if (self.IsMarked(promise)) thread.HoldTermination();
      return;
    case v8::PromiseHookType::kAfter:
      if (self.IsMarked(promise)) terminator.Release();
      return;
    case v8::PromiseHookType::kResolve:
      return;
  }
}

bool HeldReactions::IsMarked(v8::Local<v8::Promise> promise) const {
  return promise->HasPrivate(thread_.realm().context(), mark_.Get(thread_.isolate()))
      .FromMaybe(false);
}

}  // namespace isolet
