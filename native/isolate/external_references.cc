#include "isolate/external_references.h"

#include <algorithm>

#include "isolate/console.h"
#include "isolate/intl_objects.h"
#include "isolate/json_text.h"
#include "isolate/resizable_buffers.h"
#include "isolate/streams.h"
#include "isolate/timers.h"
#include "isolate/wasm_jobs.h"
#include "isolate/wasm_memories.h"
#include "isolate/wasm_stacks.h"
#include "isolate/wasm_tags.h"

namespace isolet {

ExternalReferences::ExternalReferences() {
  ListResizableBuffers(*this);
  ListWasmMemories(*this);
  ListWasmJobs(*this);
  ListWasmTags(*this);
  ListWasmStacks(*this);
  ListIntl(*this);
  ListJsonText(*this);
  Streams::List(*this);
  Timers::List(*this);
  Console::List(*this);
  list_.push_back(0);
}

const ExternalReferences& ExternalReferences::Get() {
  static const auto* const references = new ExternalReferences();
  return *references;
}

const intptr_t* ExternalReferences::List() { return Get().list_.data(); }

uint32_t ExternalReferences::PlaceOf(v8::FunctionCallback callback) {
  const std::vector<intptr_t>& list = Get().list_;
  return static_cast<uint32_t>(std::ranges::find(list, reinterpret_cast<intptr_t>(callback)) -
                               list.begin());
}

v8::FunctionCallback ExternalReferences::FunctionAt(uint32_t place) {
  return place < Count() ? Get().functions_[place] : nullptr;
}

size_t ExternalReferences::Count() { return Get().list_.size() - 1; }

}  // namespace isolet
