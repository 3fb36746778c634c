#include "shared/text_file.h"

#include <cstdio>
#include <memory>

#if defined(_WIN32)
#include <windows.h>
#endif

namespace isolet {
namespace {

#if defined(_WIN32)  // untested

std::FILE* Open(const std::string& path) {
  const auto size = static_cast<int>(path.size());
  std::wstring wide(path.size(), L'\0');  // never more units than bytes
  const int length = MultiByteToWideChar(CP_UTF8, 0, path.data(), size, wide.data(), size);
  wide.resize(static_cast<size_t>(length));
  return _wfopen(wide.c_str(), L"rb");
}

#else

std::FILE* Open(const std::string& path) { return std::fopen(path.c_str(), "rbe"); }

#endif

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

bool ReadPieces(const std::string& path, const std::function<void(std::string_view)>& take) {
  const std::unique_ptr<std::FILE, Closer> file(Open(path));
  if (file == nullptr) return false;
  char piece[16 << 10];
  while (const size_t size = std::fread(piece, 1, sizeof(piece), file.get())) take({piece, size});
  return std::ferror(file.get()) == 0;
}

std::optional<std::string> ReadTextFile(const std::string& path) {
  std::string text;
  if (!ReadPieces(path, [&](std::string_view piece) { text += piece; })) return std::nullopt;
  return text;
}

}  // namespace isolet
