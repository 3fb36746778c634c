// What stands for a stream while it crosses: a function that gives the next chunk and one that
// cancels; and which objects cross so.
//
// Thread: any, always that of its realm.
// Owner: the encoding or decoding, on its stack.
#pragma once

#include <v8.h>

namespace isolet {

class Realm;

struct StreamEnds {
  // Takes the two out of an array; false: it is none such.
  bool Take(v8::Local<v8::Context> context, v8::Local<v8::Value> pair);

  v8::Local<v8::Function> pull;
  v8::Local<v8::Function> cancel;
};

// Whether `object` or what it inherits from has a Symbol.asyncIterator. Runs no code: an object
// behind a proxy has none.
bool IsAsyncIterable(const Realm& realm, v8::Local<v8::Object> object);

}  // namespace isolet
