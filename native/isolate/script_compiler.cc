#include "isolate/script_compiler.h"

#include "isolate/v8_strings.h"

namespace isolet {
namespace {

constexpr char kDefaultFilename[] = "<eval>";

v8::ScriptOrigin OriginAt([[maybe_unused]] v8::Isolate* isolate, v8::Local<v8::String> filename,
                          int line, int column) {
  return {
#if V8_MAJOR_VERSION < 12
    isolate,
#endif
        filename, line, column
  };
}

}  // namespace

v8::MaybeLocal<v8::Script> CompileScript(const Realm& realm, v8::Local<v8::String> source,
                                         const ScriptPosition* position) {
  v8::Isolate* isolate = realm.isolate();
  v8::Local<v8::String> filename = position != nullptr && !position->filename.empty()
                                       ? Text(isolate, position->filename)
                                       : Literal(isolate, kDefaultFilename);
  v8::ScriptOrigin origin =
      OriginAt(isolate, filename, position != nullptr ? position->line_offset : 0,
               position != nullptr ? position->column_offset : 0);
  return v8::Script::Compile(realm.context(), source, &origin);
}

v8::MaybeLocal<v8::Script> CompileWithCache(const Realm& realm, v8::Local<v8::String> source,
                                            const std::string& filename,
                                            const std::vector<uint8_t>& cache) {
  v8::Isolate* isolate = realm.isolate();
  const v8::ScriptOrigin origin = OriginAt(isolate, Text(isolate, filename), 0, 0);
  if (cache.empty()) {
    v8::ScriptCompiler::Source plain(source, origin);
    return v8::ScriptCompiler::Compile(realm.context(), &plain);
  }
  // V8 looks whether it is of this V8, its flags and this source, and compiles anew if not.
  v8::ScriptCompiler::Source cached(
      source, origin,
      new v8::ScriptCompiler::CachedData(cache.data(), static_cast<int>(cache.size())));
  return v8::ScriptCompiler::Compile(realm.context(), &cached,
                                     v8::ScriptCompiler::kConsumeCodeCache);
}

}  // namespace isolet
