// Reads a file to its end.
//
// Not by std::ifstream: linked statically, as prebuilt binaries are, it brings a megabyte of
// locales.
//
// Thread: any.
// Owner: nobody; a function.
#pragma once

#include <optional>
#include <string>

namespace isolet {

// `path` in UTF-8. Nothing: it can't be read, or is a folder.
std::optional<std::string> ReadTextFile(const std::string& path);

}  // namespace isolet
