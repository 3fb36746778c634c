// Survives those fatal errors of V8's that a script can bring about at will:
//
// - a list inside that would have more than 2^27 items ("Fatal JavaScript invalid size error";
//   crbug.com/1201626), as `split` and JSON.parse make them;
// - an operation that V8's C++ takes for granted to succeed, or a case that it takes for
//   impossible: a string that gets too long where an error describes an object with a huge
//   Symbol.toStringTag, fields of dates that ICU knows and V8 does not ('my' with a Hebrew
//   calendar), code of the plugin's that throws where V8 calls it;
// - the same in V8's interface, as this addon calls it;
// - an object that V8 can't write into a snapshot.
//
// Each is raised where nothing is half done and no lock is held, so its thread can leave as it
// does out of the out-of-memory handler. Every other fatal error says that memory is in a state
// that nobody knows, and ends the process as ever.
//
// Thread: any.
// Owner: nobody; functions.
#pragma once

#include <v8.h>

namespace isolet {

// The hooks are of the process; the last is of the isolate, a runtime's.
void SurviveFatalErrors(v8::Isolate* isolate);

}  // namespace isolet
