#include "shared/wasm_declarations.h"

#include <algorithm>

#include "shared/wire_format.h"

namespace isolet {
namespace {

constexpr uint8_t kRecursiveGroup = 0x4e;
constexpr uint8_t kFinalSubtype = 0x4f;
constexpr uint8_t kSubtype = 0x50;
constexpr uint8_t kArray = 0x5e;
constexpr uint8_t kStruct = 0x5f;
constexpr uint8_t kFunction = 0x60;
// References to a heap type, which follows.
constexpr uint8_t kReference = 0x64;
constexpr uint8_t kNullableReference = 0x63;
// The shortest field: a type and whether it can be changed.
constexpr size_t kShortestField = 2;

enum ImportKind : uint8_t { kFunctionImport, kTableImport, kMemoryImport, kGlobalImport, kTag };
constexpr uint64_t kHasMaximum = 1;

bool SkipVarint(WireReader& in) {
  uint64_t ignored = 0;
  return in.Varint(&ignored);
}

bool SkipType(WireReader& in) {
  uint8_t type = 0;
  if (!in.Byte(&type)) return false;
  return (type != kReference && type != kNullableReference) || SkipVarint(in);
}

bool SkipTypes(WireReader& in, uint64_t* skipped) {
  uint32_t count = 0;
  if (!in.Varint32(&count)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    if (!SkipType(in)) return false;
  }
  *skipped = count;
  return true;
}

bool SkipFields(WireReader& in, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    uint8_t is_mutable = 0;
    if (!SkipType(in) || !in.Byte(&is_mutable)) return false;
  }
  return true;
}

// One type, without what groups it with others. False: of no known form.
bool ReadType(WireReader& in, WasmDeclarations* declared) {
  uint8_t form = 0;
  uint32_t count = 0;
  WasmArity arity;
  if (!in.Byte(&form)) return false;
  if (form == kSubtype || form == kFinalSubtype) {
    if (!in.Varint32(&count)) return false;
    for (uint32_t i = 0; i < count; ++i) {
      if (!SkipVarint(in)) return false;
    }
    if (!in.Byte(&form)) return false;
  }
  switch (form) {
    case kFunction:
      if (!SkipTypes(in, &arity.parameters) || !SkipTypes(in, &arity.results)) return false;
      break;
    case kArray:
      if (!SkipFields(in, 1)) return false;
      break;
    case kStruct:
      if (!in.Varint32(&count)) return false;
      declared->largest_struct = std::max<uint64_t>(declared->largest_struct, count);
      if (!SkipFields(in, count)) return false;
      break;
    default:
      return false;
  }
  declared->types.push_back(arity);
  declared->most.parameters = std::max(declared->most.parameters, arity.parameters);
  declared->most.results = std::max(declared->most.results, arity.results);
  return true;
}

// False: those that follow have numbers that nobody knows.
bool ReadTypes(WireReader in, WasmDeclarations* declared) {
  uint32_t count = 0;
  if (in.AtEnd()) return true;
  if (!in.Varint32(&count)) return false;
  while (!in.AtEnd()) {
    const size_t before = in.remaining();
    if (in.NextByteIs(kRecursiveGroup)) {
      uint8_t form = 0;
      if (in.Byte(&form) && in.Varint32(&count)) continue;
    } else if (ReadType(in, declared)) {
      continue;
    }
    // As many parameters and results as could be written there.
    declared->largest_struct =
        std::max<uint64_t>(declared->largest_struct, before / kShortestField);
    declared->most.parameters = std::max<uint64_t>(declared->most.parameters, before);
    declared->most.results = std::max<uint64_t>(declared->most.results, before);
    return false;
  }
  return true;
}

bool SkipLimits(WireReader& in) {
  uint64_t flags = 0;
  if (!in.Varint(&flags) || !SkipVarint(in)) return false;
  return (flags & kHasMaximum) == 0 || SkipVarint(in);
}

bool ReadImport(WireReader& in, WasmDeclarations* declared) {
  const uint8_t* name = nullptr;
  for (int part = 0; part < 2; ++part) {
    uint64_t length = 0;
    if (!in.Varint(&length) || !in.Bytes(length, &name)) return false;
  }
  uint8_t kind = 0;
  uint8_t flag = 0;
  uint32_t type = 0;
  if (!in.Byte(&kind)) return false;
  switch (kind) {
    case kFunctionImport:
      if (!in.Varint32(&type)) return false;
      declared->functions.push_back(type);
      return true;
    case kTableImport:
      return SkipType(in) && SkipLimits(in);
    case kMemoryImport:
      return SkipLimits(in);
    case kGlobalImport:
      ++declared->globals;
      return SkipType(in) && in.Byte(&flag);
    case kTag:
      return SkipVarint(in) && SkipVarint(in);
    default:
      return false;
  }
}

// False: what follows has numbers that nobody knows.
bool ReadImports(WireReader in, WasmDeclarations* declared) {
  uint32_t count = 0;
  if (in.AtEnd()) return true;
  if (!in.Varint32(&count)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    if (!ReadImport(in, declared)) return false;
  }
  declared->imported_functions = declared->functions.size();
  return in.AtEnd();
}

bool ReadFunctions(WireReader in, WasmDeclarations* declared) {
  uint32_t count = 0;
  uint32_t type = 0;
  if (in.AtEnd()) return true;
  if (!in.Varint32(&count)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    if (!in.Varint32(&type)) return false;
    declared->functions.push_back(type);
  }
  return in.AtEnd();
}

bool ReadGlobals(WireReader in, WasmDeclarations* declared) {
  uint32_t count = 0;
  if (in.AtEnd()) return true;
  if (!in.Varint32(&count)) return false;
  declared->globals += count;
  return true;
}

WireReader ReaderOf(WasmSection section) { return {section.data, section.size}; }

}  // namespace

WasmDeclarations ReadWasmDeclarations(WasmSection types, WasmSection imports, WasmSection functions,
                                      WasmSection globals) {
  WasmDeclarations declared;
  const bool knows_types = ReadTypes(ReaderOf(types), &declared);
  if (!ReadImports(ReaderOf(imports), &declared)) {
    declared.functions.clear();
    return declared;
  }
  const bool knows_functions = ReadFunctions(ReaderOf(functions), &declared);
  const bool knows_globals = ReadGlobals(ReaderOf(globals), &declared);
  declared.is_whole = knows_types && knows_functions && knows_globals;
  return declared;
}

}  // namespace isolet
