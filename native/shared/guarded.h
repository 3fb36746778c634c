// A value that can be reached only while its mutex is held.
//
// Thread: any.
// Owner: whoever owns the value.
#ifndef ISOLET_SHARED_GUARDED_H_
#define ISOLET_SHARED_GUARDED_H_

#include <mutex>
#include <utility>

namespace isolet {

template <class T>
class Guarded {
 public:
  // Access, for as long as it lives. Not movable: it belongs to one scope.
  class [[nodiscard]] Locked {
   public:
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

    T* operator->() const { return &value_; }
    T& operator*() const { return value_; }

   private:
    friend class Guarded;
    explicit Locked(Guarded& guarded) : lock_(guarded.mutex_), value_(guarded.value_) {}

    std::lock_guard<std::mutex> lock_;
    T& value_;
  };

  template <class... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  Locked Lock() { return Locked(*this); }

 private:
  std::mutex mutex_;  // Guards value_.
  T value_;
};

}  // namespace isolet

#endif  // ISOLET_SHARED_GUARDED_H_
