// The kinds of objects that hold other values, as the codec tells them apart.
//
// Thread: any (a value).
// Owner: nobody.
#pragma once

#include <cstdint>

namespace isolet {

enum class ContainerKind : uint8_t { kObject, kError, kArray, kSparseArray, kMap, kSet };

}  // namespace isolet
