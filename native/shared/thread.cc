#include "shared/thread.h"

#include <errno.h>
#include <limits.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <new>
#include <thread>

#if defined(_WIN32)
#include <process.h>
#include <windows.h>
#else
#include <pthread.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <mach/mach.h>
#elif defined(__linux__)
#include <sched.h>
#include <sys/syscall.h>
#endif
#endif

namespace isolet {
namespace {

#if defined(__linux__)
constexpr size_t kMaxNameBytes = 15;
#else
constexpr size_t kMaxNameBytes = 63;
#endif

struct Start {
  void (*entry)(void*);
  void* argument;
  char name[kMaxNameBytes + 1];
};

void CopyName(const std::string& name, char (&out)[kMaxNameBytes + 1]) {
  size_t size = std::min(name.size(), kMaxNameBytes);
  const auto continues = [&](size_t at) {
    return at < name.size() && (static_cast<unsigned char>(name[at]) & 0xC0) == 0x80;
  };
  while (size > 0 && continues(size)) --size;
  for (size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    out[i] = byte < 0x20 || byte == 0x7F ? '?' : name[i];
    // U+0080 to U+009F steer terminals as well: C2 80 to C2 9F in UTF-8.
    if (i > 0 && static_cast<unsigned char>(name[i - 1]) == 0xC2 && byte >= 0x80 && byte < 0xA0) {
      out[i - 1] = out[i] = '?';
    }
  }
  out[size] = '\0';
}

// A thread without its name is still a thread: failures are ignored.
void NameCurrentThread(const char* name) {
  if (name[0] == '\0') return;
#if defined(__linux__)
  pthread_setname_np(pthread_self(), name);
#elif defined(__APPLE__)  // untested
  pthread_setname_np(name);
#elif defined(_WIN32)     // untested
  // Looked up, because Windows before 10 has no such function.
  using SetDescription = HRESULT(WINAPI*)(HANDLE, PCWSTR);
  const auto set = reinterpret_cast<SetDescription>(reinterpret_cast<void*>(
      GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "SetThreadDescription")));
  wchar_t wide[kMaxNameBytes + 1];
  if (set != nullptr &&
      MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, static_cast<int>(kMaxNameBytes + 1)) != 0) {
    set(GetCurrentThread(), wide);
  }
#endif
}

void RunAndFree(void* raw) {
  std::unique_ptr<Start> start(static_cast<Start*>(raw));
  NameCurrentThread(start->name);
  const auto entry = start->entry;
  void* const argument = start->argument;
  // Freed before, as the entry of an abandoned thread never returns.
  start.reset();
  entry(argument);
}

#if defined(_WIN32)  // untested

unsigned __stdcall ThreadMain(void* raw) {
  RunAndFree(raw);
  return 0;
}

int StartThread(size_t stack_size, Start* start) {
  // More than its parameter holds would become some other size.
  if (stack_size > UINT_MAX) return EAGAIN;
  const auto handle = _beginthreadex(nullptr, static_cast<unsigned>(stack_size), ThreadMain, start,
                                     STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (handle == 0) return errno;
  CloseHandle(reinterpret_cast<HANDLE>(handle));
  return 0;
}

#else

void* ThreadMain(void* raw) {
  RunAndFree(raw);
  return nullptr;
}

// macOS insists on whole pages; everybody insists on the minimum.
size_t AllowedStackSize(size_t wanted) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t size = std::max(wanted, static_cast<size_t>(PTHREAD_STACK_MIN));
  return size > SIZE_MAX - page ? size / page * page : (size + page - 1) / page * page;
}

int StartThread(size_t stack_size, Start* start) {
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error != 0) return error;
  error = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (error == 0 && stack_size != 0) {
    error = pthread_attr_setstacksize(&attributes, AllowedStackSize(stack_size));
  }
  pthread_t thread;
  if (error == 0) error = pthread_create(&thread, &attributes, ThreadMain, start);
  pthread_attr_destroy(&attributes);
  return error;
}

#endif

}  // namespace

void SleepForEver() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

int StartDetachedThread(const ThreadOptions& options, void (*entry)(void*), void* argument) {
  std::unique_ptr<Start> start(new (std::nothrow) Start{entry, argument, {}});
  if (start == nullptr) return ENOMEM;
  CopyName(options.name, start->name);
  const int error = StartThread(options.stack_size, start.get());
  if (error == 0) static_cast<void>(start.release());
  return error;
}

#if defined(__linux__)

// A short time slice: since Linux 6.12 a thread that asks for less is let in before the one that
// runs has used up its own. Before that it does nothing.
void PreferPromptWakeUps() {
  // struct sched_attr, first version: glibc 2.41 is the first to have it.
  struct {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
  } attributes{};
  // Read before, so as to keep how nice the host is.
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) != 0) return;
  if (attributes.policy != SCHED_OTHER) return;
  attributes.runtime = 100 * kMicrosecond;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

ThreadClock ThreadClock::ForCurrentThread() {
  clockid_t id;
  pthread_getcpuclockid(pthread_self(), &id);
  return ThreadClock(id);
}

Nanos ThreadClock::NowNanos() const {
  timespec used;
  if (clock_gettime(id_, &used) != 0) return 0;
  return static_cast<Nanos>(used.tv_sec) * 1'000'000'000 + used.tv_nsec;
}

StackBounds CurrentThreadStack() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {0, 0};
  void* low = nullptr;
  size_t size = 0;
  const int error = pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  if (error != 0) return {0, 0};
  return {reinterpret_cast<uintptr_t>(low), reinterpret_cast<uintptr_t>(low) + size};
}

#elif defined(__APPLE__)  // untested

void PreferPromptWakeUps() { pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0); }

ThreadClock ThreadClock::ForCurrentThread() {
  return ThreadClock(pthread_mach_thread_np(pthread_self()));
}

Nanos ThreadClock::NowNanos() const {
  thread_basic_info_data_t info;
  mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
  if (thread_info(id_, THREAD_BASIC_INFO, reinterpret_cast<thread_info_t>(&info), &count) !=
      KERN_SUCCESS) {
    return 0;
  }
  const auto nanos = [](const time_value_t& time) {
    return static_cast<Nanos>(time.seconds) * 1'000'000'000 +
           static_cast<Nanos>(time.microseconds) * 1'000;
  };
  return nanos(info.user_time) + nanos(info.system_time);
}

StackBounds CurrentThreadStack() {
  const auto high = reinterpret_cast<uintptr_t>(pthread_get_stackaddr_np(pthread_self()));
  return {high - pthread_get_stacksize_np(pthread_self()), high};
}

#elif defined(_WIN32)  // untested

void PreferPromptWakeUps() { SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_HIGHEST); }

ThreadClock ThreadClock::ForCurrentThread() { return ThreadClock(GetCurrentThreadId()); }

Nanos ThreadClock::NowNanos() const {
  const HANDLE thread = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, id_);
  if (thread == nullptr) return 0;
  FILETIME created, exited, kernel, user;
  const BOOL ok = GetThreadTimes(thread, &created, &exited, &kernel, &user);
  CloseHandle(thread);
  if (!ok) return 0;
  const auto nanos = [](const FILETIME& time) {
    return static_cast<Nanos>((uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime) * 100);
  };
  return nanos(kernel) + nanos(user);
}

StackBounds CurrentThreadStack() {
  // Like SetDescription: not in Windows 7's kernel32, which Node no longer supports.
  ULONG_PTR low = 0;
  ULONG_PTR high = 0;
  GetCurrentThreadStackLimits(&low, &high);
  return {low, high};
}

#endif

}  // namespace isolet
