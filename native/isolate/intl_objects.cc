#include "isolate/intl_objects.h"

#include "isolate/intrinsic_overrides.h"
#include "isolate/runtime_thread.h"
#include "isolate/v8_prototypes.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

using Call = IntrinsicOverrides::Call;

// Bytes that one object was seen to take of the system on Node 20 and 26, or more. A date
// format takes 28,000, and 84,000 once it has formatted a range.
constexpr uint64_t kDateFormat = 96 << 10;
constexpr uint64_t kLarge = 10 << 10;  // 6,500 to 9,000
constexpr uint64_t kSmall = 5 << 10;   // 300 to 4,500
constexpr uint64_t kBytesPerCharacter = 2;

constexpr char kRefused[] = "Intl object allocation failed";

template <uint64_t kBytes>
void Construct(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  call.ForwardCharged(call.arguments(), {kBytes}, kRefused);
}

// %SegmentsPrototype%[Symbol.iterator]: what it makes has a copy of the text as well.
void Iterate(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  call.ForwardCharged({}, {call.thread().charges().BytesOf(call.receiver())}, kRefused);
}

// Segmenter.prototype.segment
void Segment(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  // As the original would: once, and by code of the plugin's.
  v8::Local<v8::String> text;
  if (!call[0]->ToString(call.context()).ToLocal(&text)) return;
  const uint64_t bytes = kSmall + (kBytesPerCharacter * static_cast<uint64_t>(text->Length()));
  call.ForwardCharged({text}, {bytes}, kRefused);
}

// Nothing but a result of `segment` leads to %SegmentsPrototype%.
bool MakeSegments(v8::Local<v8::Context> context, v8::Local<v8::Object> intl,
                  v8::Local<v8::Object>* segmenter, v8::Local<v8::Value>* segments) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> constructor;
  v8::Local<v8::Value> segment;
  v8::Local<v8::Value> text[] = {v8::String::Empty(isolate)};
  return intl->Get(context, Literal(isolate, "Segmenter")).ToLocal(&constructor) &&
         constructor.As<v8::Function>()->NewInstance(context).ToLocal(segmenter) &&
         (*segmenter)->Get(context, Literal(isolate, "segment")).ToLocal(&segment) &&
         segment.As<v8::Function>()->Call(context, *segmenter, 1, text).ToLocal(segments);
}

// The global `Intl` is first read. Its objects are as the realm made them: there is no
// other way to them. What can fail comes first, and is tried again if it does.
void Open(v8::Local<v8::Name>, const v8::PropertyCallbackInfo<v8::Value>& info) {
  RuntimeThread& thread = RuntimeThread::Of(info.GetIsolate());
  IntrinsicOverrides& overrides = thread.overrides();
  auto intl = info.Data().As<v8::Object>();
  v8::Local<v8::Object> segmenter;
  v8::Local<v8::Value> segments;
  if (!MakeSegments(thread.realm().context(), intl, &segmenter, &segments)) return;
  overrides.Iterator(GetPrototype(segments.As<v8::Object>()).As<v8::Object>(), Iterate);
  overrides.Method(GetPrototype(segmenter).As<v8::Object>(), "segment", Segment);
  for (const char* name : {"Segmenter", "RelativeTimeFormat", "DurationFormat"}) {
    overrides.Constructor(intl, name, Construct<kLarge>);
  }
  for (const char* name : {"DisplayNames", "ListFormat", "Locale", "PluralRules"}) {
    overrides.Constructor(intl, name, Construct<kSmall>);
  }
  overrides.CallableConstructor(intl, "Collator", Construct<kSmall>);
  overrides.CallableConstructor(intl, "NumberFormat", Construct<kSmall>);
  overrides.CallableConstructor(intl, "DateTimeFormat", Construct<kDateFormat>);
  info.GetReturnValue().Set(intl);
}

}  // namespace

void MeterIntl(RuntimeThread& thread) {
  v8::Local<v8::Context> context = thread.realm().context();
  v8::Local<v8::String> name = Literal(thread.isolate(), "Intl");
  v8::Local<v8::Value> intl;
  if (!context->Global()->Get(context, name).ToLocal(&intl) || !intl->IsObject()) return;
  context->Global()->SetLazyDataProperty(context, name, Open, intl, v8::DontEnum).Check();
}

}  // namespace isolet
