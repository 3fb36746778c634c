#include "isolate/script_cache.h"

namespace isolet {

v8::MaybeLocal<v8::Script> ScriptCache::Find(v8::Isolate* isolate, std::string_view source) const {
  if (source.size() > kLongest) return {};
  const Entry& entry = entries_[SlotOf(source)];
  if (entry.script.IsEmpty() || entry.source != source) return {};
  return entry.script.Get(isolate);
}

void ScriptCache::Note(v8::Isolate* isolate, std::string_view source,
                       v8::Local<v8::Script> script) {
  if (source.size() > kLongest) return;
  Entry& entry = entries_[SlotOf(source)];
  if (entry.source == source) {
    entry.script.Reset(isolate, script);
  } else {
    entry.source = source;
    entry.script.Reset();
  }
}

}  // namespace isolet
