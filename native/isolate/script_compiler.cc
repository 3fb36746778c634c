#include "isolate/script_compiler.h"

#include "isolate/v8_strings.h"

namespace isolet {
namespace {

constexpr char kDefaultFilename[] = "<eval>";

}  // namespace

v8::MaybeLocal<v8::Script> CompileScript(const Realm& realm, v8::Local<v8::String> source,
                                         const ScriptPosition* position) {
  v8::Isolate* isolate = realm.isolate();
  v8::Local<v8::String> filename = position != nullptr && !position->filename.empty()
                                       ? Text(isolate, position->filename)
                                       : Literal(isolate, kDefaultFilename);
  v8::ScriptOrigin origin(
#if V8_MAJOR_VERSION < 12
      isolate,
#endif
      filename, position != nullptr ? position->line_offset : 0,
      position != nullptr ? position->column_offset : 0);
  return v8::Script::Compile(realm.context(), source, &origin);
}

}  // namespace isolet
