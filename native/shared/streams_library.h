// The code that runtimes evaluate for streams: a file, and what comes behind it. The file is
// read when the first of an environment's runtimes needs it, on that runtime's thread, which
// can't ask the host's JavaScript.
//
// Thread: any.
// Owner: shared by an environment and its runtimes.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "shared/guarded.h"
#include "shared/text_file.h"

namespace isolet {

class StreamsLibrary {
 public:
  // `file` in UTF-8.
  StreamsLibrary(std::string file, std::string ends)
      : file_(std::move(file)), ends_(std::move(ends)) {}

  // Null: the file can't be read. Whoever asks next tries again.
  std::shared_ptr<const std::string> Source() {
    auto source = source_.Lock();
    if (*source == nullptr) *source = Read();
    return *source;
  }

 private:
  std::shared_ptr<const std::string> Read() const {
    const std::optional<std::string> text = ReadTextFile(file_);
    if (!text || text->empty()) return nullptr;
    return std::make_shared<const std::string>(*text + '\n' + ends_);
  }

  const std::string file_;
  const std::string ends_;
  Guarded<std::shared_ptr<const std::string>> source_;
};

}  // namespace isolet
