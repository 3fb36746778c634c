// A path in the folder for temporary files, where nothing is yet; what is made there goes with it.
#pragma once

#include <filesystem>
#include <random>
#include <string>

namespace isolet {

class TemporaryPath {
 public:
  TemporaryPath()
      : text_((std::filesystem::temp_directory_path() /
               ("isolet-" + std::to_string(std::random_device{}())))
                  .string()) {}
  ~TemporaryPath() { std::filesystem::remove_all(text_); }
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;

  const std::string& text() const { return text_; }

 private:
  const std::string text_;
};

}  // namespace isolet
