// Charges what Intl's objects hold outside the heap: ICU's formatters, and the copies
// of a text that is segmented. V8 tells its collector nothing of these.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

namespace isolet {

class ExternalReferences;
class RuntimeThread;

// Takes effect when a plugin first looks at `Intl`: most never do.
void MeterIntl(RuntimeThread& thread);
// For snapshots.
void ListIntl(ExternalReferences& references);

}  // namespace isolet
