// The code that runtimes evaluate for streams: a file, and what comes behind it. The file is
// read when the first of an environment's runtimes needs it, on that runtime's thread, which
// can't ask the host's JavaScript.
//
// Thread: any.
// Owner: shared by an environment and its runtimes.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "shared/guarded.h"

namespace isolet {

class StreamsLibrary {
 public:
  // `file` in UTF-8.
  StreamsLibrary(const std::string& file, std::string ends)
      : file_(std::u8string(file.begin(), file.end())), ends_(std::move(ends)) {}

  // Null: the file can't be read. Whoever asks next tries again.
  std::shared_ptr<const std::string> Source() {
    auto source = source_.Lock();
    if (*source == nullptr) *source = Read();
    return *source;
  }

 private:
  std::shared_ptr<const std::string> Read() const {
    std::ifstream file(file_, std::ios::binary);
    std::ostringstream text;
    // Also of a folder, or an empty file, nothing comes.
    if (!file || !(text << file.rdbuf())) return nullptr;
    text << '\n' << ends_;
    return std::make_shared<const std::string>(std::move(text).str());
  }

  const std::filesystem::path file_;
  const std::string ends_;
  Guarded<std::shared_ptr<const std::string>> source_;
};

}  // namespace isolet
