// What the two threads of one runtime say to each other. Sides name each
// other's objects by numeric ids, never by pointer.
//
// Thread: any (ownership moves with the message).
// Owner: the channel while it is under way, then whoever took it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "shared/failure.h"
#include "shared/payload.h"
#include "shared/runtime_limits.h"

namespace isolet {

enum class MessageKind : uint8_t {
  kNone,
  // Host to runtime: commands, each answered by one kReply with its id.
  kEvaluate,       // payload: source; origin
  kRunScript,      // the same, answered without its value
  kCall,           // target: function of the runtime's; payload: receiver, count, arguments
  kImport,         // payload: specifier of a module
  kProvide,        // payload: the host's functions that resolve and load modules
  kMethods,        // payload: source of an object expression
  kModuleMethods,  // payload: specifier of a module
  kDefine,         // payload: name, value; defines a global
  kBuildSnapshot,  // of the realm; the runtime's end
  kReadStats,      // refreshes the figures that only the runtime's thread can read
  // Host to runtime, unanswered.
  kSettle,  // target: promise of a host function's; status and payload: how it ended
  kAbort,   // target: call id
  // Runtime to host.
  kHostCall,   // target: function of the host's; payload: count, arguments; answered by a kReply
  kSettled,    // id: an asynchronous call, or one answered with Status::kPromise
  kUnhandled,  // failure: what the plugin threw or rejected and nobody handles
  // Both ways.
  kPing,  // sent back once the runtime serves: not in the middle of a call, or its bootstrap
  kReply,
  kRelease,  // target: object of the receiver's that the sender no longer holds
};

enum class Status : uint8_t {
  kValue,    // payload: the value
  kThrown,   // payload: what a host function threw; target: its id at the host, if it is an error
  kPromise,  // not settled yet: a kSettled (or kSettle for `target`) follows
  kFailed,   // failure
};

// How a command waits for a promise.
enum class Settling : uint8_t {
  kNow,      // a pending promise is a failure
  kPromise,  // a pending promise is answered with Status::kPromise
  kAsync,    // nobody waits: answered by one kSettled, whenever that is
};

// How the ArrayBuffers of a value cross, each as a whole.
enum class Buffers : uint8_t { kCopied, kMoved };

// Where a script comes from; only what differs from the default is sent.
struct ScriptPosition {
  std::string filename;
  int32_t line_offset = 0;
  int32_t column_offset = 0;
};

// A call of a function with two numbers, and its answer, are one cache line each
// in their queue: what they do not need lies behind the payload's first bytes, and
// is neither written nor read.
struct Message {
  MessageKind kind = MessageKind::kNone;
  Status status = Status::kValue;
  Settling settling = Settling::kNow;
  Buffers answer_buffers = Buffers::kCopied;  // of a command
  // In a queue: whether it has any of what follows the payload.
  bool is_long = false;
  uint64_t id = 0;
  uint64_t target = 0;
  Payload payload;

  // Of a command: the host call that the host was serving when it sent it; 0:
  // none.
  uint64_t parent = 0;
  // When the host issued the command; set only where a wall limit needs it.
  Nanos issued = 0;
  CallLimits limits;
  std::unique_ptr<ScriptPosition> position;
  std::unique_ptr<Failure> failure;
};

// What lies before the payload.
inline void CopyHead(Message& to, const Message& from) {
  to.kind = from.kind;
  to.status = from.status;
  to.settling = from.settling;
  to.answer_buffers = from.answer_buffers;
  to.id = from.id;
  to.target = from.target;
}

// What lies behind it.
inline void MoveRest(Message& to, Message& from) {
  to.parent = from.parent;
  to.issued = from.issued;
  to.limits = from.limits;
  to.position = std::move(from.position);
  to.failure = std::move(from.failure);
}

// Into a place in a queue, which holds nothing.
inline void MoveIn(Message& place, Message&& message) {
  place.is_long = message.parent != 0 || message.issued != 0 || message.limits.wall != kNever ||
                  message.limits.cpu != kNever || message.position != nullptr ||
                  message.failure != nullptr;
  if (place.is_long) MoveRest(place, message);
  place.payload = std::move(message.payload);
  CopyHead(place, message);
}

// Out of it: it holds nothing any more, and what it held in its first line is not written to.
inline void MoveOut(Message& message, Message& place) {
  CopyHead(message, place);
  message.payload.TakeOut(place.payload);
  Message none;
  MoveRest(message, place.is_long ? place : none);
}

}  // namespace isolet
