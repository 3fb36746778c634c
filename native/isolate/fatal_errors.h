// Survives the one fatal error of V8's that a script can bring about at will: a list
// inside that would have more than 2^27 items ("Fatal JavaScript invalid size error";
// crbug.com/1201626), as `split` and JSON.parse make them. It is raised before anything is
// allocated, so its thread can leave as it does out of the out-of-memory handler.
//
// Every other fatal error is a bug of V8's, with memory in a state that nobody knows, and
// ends the process as ever.
//
// Thread: any.
// Owner: nobody; a function.
#pragma once

namespace isolet {

// Once for the process.
void SurviveInvalidSizes();

}  // namespace isolet
