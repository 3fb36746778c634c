#include "isolate/promise_species.h"

#include "isolate/snapshot_handles.h"
#include "isolate/v8_strings.h"

namespace isolet {
namespace {

v8::Local<v8::Value> Get(const Realm& realm, v8::Local<v8::Object> object, const char* name) {
  return object->Get(realm.context(), Literal(realm.isolate(), name)).ToLocalChecked();
}

}  // namespace

PromiseSpecies::PromiseSpecies(const Realm& realm) : realm_(realm) {
  v8::Isolate* isolate = realm.isolate();
  v8::Local<v8::Context> context = realm.context();
  auto promise = Get(realm, context->Global(), "Promise").As<v8::Object>();
  auto species = Get(realm, Get(realm, context->Global(), "Symbol").As<v8::Object>(), "species")
                     .As<v8::Name>();
  auto descriptor =
      promise->GetOwnPropertyDescriptor(context, species).ToLocalChecked().As<v8::Object>();
  promise_.Reset(isolate, promise);
  prototype_.Reset(isolate, Get(realm, promise, "prototype").As<v8::Object>());
  species_.Reset(isolate, species);
  species_getter_.Reset(isolate, Get(realm, descriptor, "get"));
}

PromiseSpecies::PromiseSpecies(const Realm& realm, SnapshotHandles& handles) : realm_(realm) {
  Exchange(handles);
}

void PromiseSpecies::Exchange(SnapshotHandles& handles) {
  handles.Exchange(realm_.isolate(), promise_);
  handles.Exchange(realm_.isolate(), prototype_);
  handles.Exchange(realm_.isolate(), species_);
  handles.Exchange(realm_.isolate(), species_getter_);
}

bool PromiseSpecies::IsIntact() const { return FindsConstructor() && FindsSpecies(); }

bool PromiseSpecies::FindsConstructor() const {
  v8::Isolate* isolate = realm_.isolate();
  v8::Local<v8::Context> context = realm_.context();
  v8::Local<v8::Object> prototype = prototype_.Get(isolate);
  v8::Local<v8::String> name = Literal(isolate, "constructor");
  v8::Local<v8::Value> value;
  return prototype->HasOwnProperty(context, name).FromMaybe(false) &&
         !prototype->HasRealNamedCallbackProperty(context, name).FromMaybe(true) &&
         prototype->GetRealNamedProperty(context, name).ToLocal(&value) &&
         value == promise_.Get(isolate);
}

// Its descriptor is an object of the realm's: only what is its own may be looked at.
bool PromiseSpecies::FindsSpecies() const {
  v8::Isolate* isolate = realm_.isolate();
  v8::Local<v8::Context> context = realm_.context();
  v8::Local<v8::String> get = Literal(isolate, "get");
  v8::Local<v8::Value> descriptor;
  v8::Local<v8::Value> getter;
  return promise_.Get(isolate)
             ->GetOwnPropertyDescriptor(context, species_.Get(isolate))
             .ToLocal(&descriptor) &&
         descriptor->IsObject() &&
         descriptor.As<v8::Object>()->HasOwnProperty(context, get).FromMaybe(false) &&
         descriptor.As<v8::Object>()->GetRealNamedProperty(context, get).ToLocal(&getter) &&
         getter == species_getter_.Get(isolate);
}

bool PromiseSpecies::Freeze() const {
  v8::Isolate* isolate = realm_.isolate();
  v8::Local<v8::Context> context = realm_.context();
  v8::PropertyDescriptor constructor(promise_.Get(isolate), false);
  constructor.set_configurable(false);
  v8::PropertyDescriptor species(species_getter_.Get(isolate), v8::Undefined(isolate));
  species.set_configurable(false);
  return IsIntact() &&
         prototype_.Get(isolate)
             ->DefineProperty(context, Literal(isolate, "constructor"), constructor)
             .FromMaybe(false) &&
         promise_.Get(isolate)
             ->DefineProperty(context, species_.Get(isolate), species)
             .FromMaybe(false);
}

}  // namespace isolet
