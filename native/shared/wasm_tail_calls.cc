#include "shared/wasm_tail_calls.h"

#include <utility>

#include "shared/wasm_bytes.h"
#include "shared/wasm_module.h"
#include "shared/wire_format.h"

namespace isolet {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kEnd = 0x0b;
constexpr uint8_t kCall = 0x10;
constexpr uint8_t kGlobalGet = 0x23;
constexpr uint8_t kIf = 0x04;
constexpr uint8_t kVoid = 0x40;

// Bytes of the number of bodies.
constexpr size_t kLongestCount = 5;

// What is added at the end of each section, so that no number changes.
struct Additions {
  Bytes type{0x60, 0, 0};
  // A variable: an i32 that could change, so that V8 does not take it for what it is, 0.
  Bytes global{0x7f, 1, 0x41, 0, kEnd};
  // Of that type.
  Bytes function;
  Bytes body;
  // What callers begin with.
  Bytes look;
  size_t bodies_before = 0;
};

Additions AdditionsTo(const WasmDeclarations& declared) {
  Additions added;
  AppendVarint(added.function, declared.types.size());
  const uint64_t function = declared.functions.size();
  added.bodies_before = declared.functions.size() - declared.imported_functions;
  // It calls itself: V8 would put one that does nothing in the place of its calls.
  Bytes body{0, kCall};
  AppendVarint(body, function);
  body.push_back(kEnd);
  AppendSized(added.body, body);
  added.look.push_back(kGlobalGet);
  AppendVarint(added.look, declared.globals);
  added.look.insert(added.look.end(), {kIf, kVoid, kCall});
  AppendVarint(added.look, function);
  added.look.push_back(kEnd);
  return added;
}

void AppendSection(Bytes& out, uint8_t id, const Bytes& content) {
  out.push_back(id);
  AppendSized(out, content);
}

// A section whose content is a list, with one entry more.
bool AppendLonger(Bytes& out, uint8_t id, WireReader section, const Bytes& entry) {
  uint32_t count = 0;
  if (!section.Varint32(&count)) return false;
  Bytes content;
  AppendVarint(content, uint64_t{count} + 1);
  const size_t rest = section.remaining();
  const uint8_t* entries = nullptr;
  if (!section.Bytes(rest, &entries)) return false;
  Append(content, entries, rest);
  Append(content, entry.data(), entry.size());
  AppendSection(out, id, content);
  return true;
}

bool AppendBodies(Bytes& out, WireReader section, const Additions& added,
                  const std::vector<WasmTailCaller>& callers) {
  uint32_t count = 0;
  if (!section.Varint32(&count) || count != added.bodies_before) return false;
  Bytes content;
  content.reserve(section.remaining() + (callers.size() * (added.look.size() + 1)) +
                  added.body.size() + kLongestCount);
  AppendVarint(content, uint64_t{count} + 1);
  auto caller = callers.begin();
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t length = 0;
    const uint8_t* body = nullptr;
    if (!section.Varint32(&length) || !section.Bytes(length, &body)) return false;
    if (caller == callers.end() || caller->body != i) {
      AppendVarint(content, length);
      Append(content, body, length);
      continue;
    }
    if (caller->code == 0 || caller->code > length) return false;
    AppendVarint(content, length + added.look.size());
    Append(content, body, caller->code);
    Append(content, added.look.data(), added.look.size());
    Append(content, body + caller->code, length - caller->code);
    ++caller;
  }
  if (!section.AtEnd()) return false;
  Append(content, added.body.data(), added.body.size());
  AppendSection(out, kWasmCodeSection, content);
  return true;
}

// Where variables would come before.
bool IsAfterGlobals(uint8_t section) {
  return section > kWasmGlobalSection && section <= kWasmDataCountSection;
}

}  // namespace

std::optional<Bytes> InterruptTailCalls(const Bytes& module, const WasmDeclarations& declared,
                                        const std::vector<WasmTailCaller>& callers) {
  if (!declared.is_whole) return std::nullopt;
  const Additions added = AdditionsTo(declared);
  WireReader in(module.data(), module.size());
  const uint8_t* header = nullptr;
  if (!in.Bytes(kWasmHeaderSize, &header)) return std::nullopt;
  Bytes out;
  out.reserve(module.size() + (callers.size() * added.look.size()));
  Append(out, header, kWasmHeaderSize);
  bool has_global = false;
  while (!in.AtEnd()) {
    uint8_t id = 0;
    uint32_t length = 0;
    const uint8_t* content = nullptr;
    if (!in.Byte(&id) || !in.Varint32(&length) || !in.Bytes(length, &content)) return std::nullopt;
    if (!has_global && IsAfterGlobals(id)) {
      Bytes globals{1};
      Append(globals, added.global.data(), added.global.size());
      AppendSection(out, kWasmGlobalSection, globals);
      has_global = true;
    }
    const WireReader section(content, length);
    bool is_done = true;
    switch (id) {
      case kWasmTypeSection:
        is_done = AppendLonger(out, id, section, added.type);
        break;
      case kWasmFunctionSection:
        is_done = AppendLonger(out, id, section, added.function);
        break;
      case kWasmGlobalSection:
        is_done = AppendLonger(out, id, section, added.global);
        has_global = true;
        break;
      case kWasmCodeSection:
        is_done = AppendBodies(out, section, added, callers);
        break;
      default:
        AppendSection(out, id, {content, content + length});
    }
    if (!is_done) return std::nullopt;
  }
  return out;
}

}  // namespace isolet
