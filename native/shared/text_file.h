// Reads files to their end.
//
// Not by std::ifstream: linked statically, as prebuilt binaries are, it brings a megabyte of
// locales.
//
// Thread: any.
// Owner: nobody; functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace isolet {

// Piece after piece, of some kilobytes. `path` in UTF-8. False: it can't be read, or is a folder.
bool ReadPieces(const std::string& path, const std::function<void(std::string_view)>& take);

// Nothing: as above.
std::optional<std::string> ReadTextFile(const std::string& path);

}  // namespace isolet
