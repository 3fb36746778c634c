// Charges what ICU holds while Intl.ListFormat joins a list: copies of all its texts,
// and builders that double. 200 times the same text of 1 MB took 1.7 GB, and 40 s.
//
// Thread: runtime.
// Owner: nobody; a function.
#pragma once

#include <v8.h>

namespace isolet {

class ExternalReferences;

// ListFormat.prototype.format and formatToParts. V8 is given an iterable of ours, which
// passes on what the plugin's yields, and charges each text as it goes by: the list may
// have no end. It has a null prototype, so that the plugin is asked once for everything.
void FormatList(const v8::FunctionCallbackInfo<v8::Value>& info);
// For snapshots.
void ListIntlLists(ExternalReferences& references);

}  // namespace isolet
