#include "isolate/intl_objects.h"

#include <initializer_list>

#include "isolate/external_references.h"
#include "isolate/intl_lists.h"
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
// Names of fields of dates take 50,000.
constexpr uint64_t kDisplayNames = 64 << 10;
// 40,000, once it has formatted a range.
constexpr uint64_t kNumberFormat = 48 << 10;
constexpr uint64_t kLarge = 10 << 10;  // 6,500 to 9,000
constexpr uint64_t kSmall = 5 << 10;   // 300 to 4,500
constexpr uint64_t kBytesPerCharacter = 2;

constexpr char kRefused[] = "Intl object allocation failed";
constexpr char kTooManyLocales[] = "Intl.Locale(): too many different locales for one process";

template <uint64_t kBytes>
void Construct(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  call.ForwardCharged(call.arguments(), {kBytes}, kRefused);
}

// A method that makes an object of Intl for one text, for other locales than the last ones or
// with options, and drops it: `kArgument` says so.
template <size_t kArgument, uint64_t kBytes>
void Format(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  if (call[kArgument]->IsUndefined()) return call.PassOn();
  MemoryCharges& charges = call.thread().charges();
  const MemoryCost cost{kBytes, 0};
  if (!charges.Claim(cost)) return call.ThrowRangeError(kRefused);
  // Gone as soon as that object can be.
  charges.Track(v8::Object::New(call.isolate()), cost);
  call.PassOn();
}

// new Intl.Locale(tag, options)
void ConstructLocale(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const Call call(info);
  v8::Local<v8::Value> locale;
  v8::Local<v8::Value> name;
  MemoryCharges& charges = call.thread().charges();
  const MemoryCost cost{kSmall, 0};
  if (!charges.Claim(cost)) return call.ThrowRangeError(kRefused);
  if (!call.Forward(call.arguments()).ToLocal(&locale)) return charges.Refund(cost);
  charges.Track(locale.As<v8::Object>(), cost);
  // Intl.Locale.prototype.toString, as the realm made it.
  if (!call.helper(0).As<v8::Function>()->Call(call.context(), locale, 0, nullptr).ToLocal(&name)) {
    return;
  }
  if (!charges.AdmitLocale(ToUtf8(call.isolate(), name.As<v8::String>()))) {
    return call.ThrowRangeError(kTooManyLocales);
  }
  call.Return(locale);
}

struct Class {
  const char* name;
  v8::FunctionCallback callback;
  // Also without `new`.
  bool is_callable;
};

constexpr Class kClasses[] = {
    {"Segmenter", Construct<kLarge>, false},
    {"RelativeTimeFormat", Construct<kLarge>, false},
    {"DurationFormat", Construct<kLarge>, false},
    {"ListFormat", Construct<kSmall>, false},
    {"PluralRules", Construct<kSmall>, false},
    {"DisplayNames", Construct<kDisplayNames>, false},
    {"Collator", Construct<kSmall>, true},
    {"NumberFormat", Construct<kNumberFormat>, true},
    {"DateTimeFormat", Construct<kDateFormat>, true},
};

// What a path of properties leads to, in a fresh realm. Empty with an exception pending.
v8::MaybeLocal<v8::Object> AtPath(v8::Local<v8::Context> context, v8::Local<v8::Object> holder,
                                  std::initializer_list<const char*> path) {
  v8::Local<v8::Value> value = holder;
  for (const char* name : path) {
    v8::Local<v8::String> key = Literal(v8::Isolate::GetCurrent(), name);
    if (!value.As<v8::Object>()->Get(context, key).ToLocal(&value)) return {};
  }
  return value.As<v8::Object>();
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
  v8::Local<v8::Object> intl = thread.intl().Get(info.GetIsolate());
  v8::Local<v8::Object> segmenter;
  v8::Local<v8::Value> segments;
  v8::Local<v8::Object> to_string;
  v8::Local<v8::Object> lists;
  v8::Local<v8::Context> context = thread.realm().context();
  if (!MakeSegments(context, intl, &segmenter, &segments) ||
      !AtPath(context, intl, {"Locale", "prototype", "toString"}).ToLocal(&to_string) ||
      !AtPath(context, intl, {"ListFormat", "prototype"}).ToLocal(&lists)) {
    return;
  }
  overrides.Method(lists, "format", FormatList);
  overrides.Method(lists, "formatToParts", FormatList);
  overrides.Iterator(GetPrototype(segments.As<v8::Object>()).As<v8::Object>(), Iterate);
  overrides.Method(GetPrototype(segmenter).As<v8::Object>(), "segment", Segment);
  overrides.Constructor(intl, "Locale", ConstructLocale, {to_string});
  for (const auto& [name, callback, is_callable] : kClasses) {
    if (is_callable) {
      overrides.CallableConstructor(intl, name, callback);
    } else {
      overrides.Constructor(intl, name, callback);
    }
  }
  info.GetReturnValue().Set(intl);
}

}  // namespace

void MeterIntl(RuntimeThread& thread) {
  v8::Local<v8::Context> context = thread.realm().context();
  IntrinsicOverrides& overrides = thread.overrides();
  v8::Local<v8::Object> dates;
  v8::Local<v8::Object> strings;
  if (AtPath(context, context->Global(), {"Date", "prototype"}).ToLocal(&dates) &&
      AtPath(context, context->Global(), {"String", "prototype"}).ToLocal(&strings)) {
    for (const char* method : {"toLocaleString", "toLocaleDateString", "toLocaleTimeString"}) {
      overrides.Method(dates, method, Format<0, kDateFormat>);
    }
    overrides.Method(strings, "localeCompare", Format<2, kSmall>);
  }
  v8::Local<v8::String> name = Literal(thread.isolate(), "Intl");
  v8::Local<v8::Value> intl;
  if (!context->Global()->Get(context, name).ToLocal(&intl) || !intl->IsObject()) return;
  // Not as the property's data: what is that may not be an object of a context's in a snapshot.
  thread.intl().Reset(thread.isolate(), intl.As<v8::Object>());
  context->Global()->SetLazyDataProperty(context, name, Open, {}, v8::DontEnum).Check();
}

void ListIntl(ExternalReferences& references) {
  for (const Class& one : kClasses) references.Add(one.callback);
  for (v8::FunctionCallback callback :
       {ConstructLocale, Iterate, Segment, Format<0, kDateFormat>, Format<2, kSmall>}) {
    references.Add(callback);
  }
  ListIntlLists(references);
  references.Add(Open);
}

}  // namespace isolet
