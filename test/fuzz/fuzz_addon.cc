// The fuzzer's own addon: the decoder, reachable from JavaScript without a plugin.
#include <napi.h>

#include "isolate/v8_strings.h"
#include "node/environment.h"
#include "node/v8_napi.h"
#include "prober.h"
#include "report_prober.h"

namespace isolet {
namespace {

struct Bytes {
  explicit Bytes(const Napi::Value& value) {
    auto array = value.As<Napi::Uint8Array>();
    data = array.Data();
    size = array.ByteLength();
  }
  uint8_t* data;
  size_t size;
};

class ProberWrap final : public Napi::ObjectWrap<ProberWrap> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Prober",
                       {
                           InstanceMethod<&ProberWrap::Encode>("encode"),
                           InstanceMethod<&ProberWrap::Decode>("decode"),
                           InstanceMethod<&ProberWrap::Run>("run"),
                           InstanceMethod<&ProberWrap::Trap>("trap"),
                           InstanceMethod<&ProberWrap::CountLeaks>("countLeaks"),
                       });
  }

  // An object of the context to decode in.
  explicit ProberWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info),
        prober_(ToV8(info[0]).As<v8::Object>()->GetCreationContext().ToLocalChecked()) {}

 private:
  // (value) => bytes
  Napi::Value Encode(const Napi::CallbackInfo& info) {
    v8::Local<v8::Uint8Array> bytes;
    if (!prober_.Encode(ToV8(info[0])).ToLocal(&bytes)) return {};
    return ToNapi(info.Env(), bytes.As<v8::Value>());
  }

  // (bytes, options) => [values, the same encoded and decoded again], or undefined
  Napi::Value Decode(const Napi::CallbackInfo& info) {
    Bytes bytes(info[0]);
    v8::Local<v8::Array> both;
    auto options = static_cast<uint8_t>(info[1].ToNumber().Uint32Value());
    if (!prober_.Decode(bytes.data, bytes.size, options).ToLocal(&both)) {
      return info.Env().Undefined();
    }
    return ToNapi(info.Env(), both.As<v8::Value>());
  }

  // (bytes, ends, options, verdicts): all inputs in a row, where each ends, and what became of it
  Napi::Value Run(const Napi::CallbackInfo& info) {
    Bytes bytes(info[0]);
    auto ends = info[1].As<Napi::Uint32Array>();
    Bytes options(info[2]);
    Bytes verdicts(info[3]);
    size_t begin = 0;
    for (size_t i = 0; i < ends.ElementLength(); ++i) {
      Verdict verdict = prober_.Probe(bytes.data + begin, ends[i] - begin, options.data[i]);
      verdicts.data[i] = static_cast<uint8_t>(verdict);
      begin = ends[i];
    }
    return {};
  }

  Napi::Value Trap(const Napi::CallbackInfo&) {
    prober_.Trap();
    return {};
  }

  Napi::Value CountLeaks(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(prober_.CountLeaks()));
  }

  Prober prober_;
};

class ReportProberWrap final : public Napi::ObjectWrap<ReportProberWrap> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "ReportProber",
                       {InstanceMethod<&ReportProberWrap::ErrorOf>("errorOf")});
  }

  // The hooks of lib/.
  explicit ReportProberWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info), prober_(Prepare(info)) {}

 private:
  static Environment& Prepare(const Napi::CallbackInfo& info) {
    auto hooks = info[0].As<Napi::Object>();
    Environment& environment = Environment::Of(info.Env());
    environment.SetHooks({ToV8(hooks.Get("createError")).As<v8::Function>(),
                          ToV8(hooks.Get("functionPrototype")).As<v8::Object>(),
                          {},
                          ToV8(hooks.Get("wrapStream")).As<v8::Function>(),
                          {},
                          {},
                          nullptr});
    return environment;
  }

  // (bytes) => error
  Napi::Value ErrorOf(const Napi::CallbackInfo& info) {
    Bytes bytes(info[0]);
    return ToNapi(info.Env(), prober_.ErrorOf(bytes.data, bytes.size));
  }

  ReportProber prober_;
};

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  Environment::Create(env);
  exports.Set("Prober", ProberWrap::Define(env));
  exports.Set("ReportProber", ReportProberWrap::Define(env));
  return exports;
}

}  // namespace
}  // namespace isolet

// Not among unnamed names: MSVC exports none of those.
using isolet::Init;
NODE_API_MODULE(isolet_fuzz, Init)
