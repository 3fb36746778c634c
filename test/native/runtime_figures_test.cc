#include "shared/runtime_figures.h"

#include <gtest/gtest.h>

#include "shared/clock.h"
#include "shared/free_memory.h"
#include "shared/library_pin.h"

namespace isolet {
namespace {

TEST(RuntimeFigures, CountEachKindOfExecution) {
  RuntimeFigures figures;
  figures.CountExecution(ExecutionKind::kEvalSync, 5);
  figures.CountExecution(ExecutionKind::kCallAsync, 7);
  figures.CountExecution(ExecutionKind::kCallAsync, 9);
  EXPECT_EQ(figures.total_execution_nanos.Get(), 21U);
  EXPECT_EQ(figures.last_execution_nanos.Get(), 9U);
  EXPECT_EQ(figures.last_execution_kind.Get(), static_cast<uint64_t>(ExecutionKind::kCallAsync));
  EXPECT_EQ(figures.executions[static_cast<size_t>(ExecutionKind::kEvalSync)].Get(), 1U);
  EXPECT_EQ(figures.executions[static_cast<size_t>(ExecutionKind::kCallAsync)].Get(), 2U);
}

TEST(Clock, DeadlinesDoNotOverflow) {
  EXPECT_EQ(DeadlineAfter(5, 7), 12);
  EXPECT_EQ(DeadlineAfter(5, kNever), kNever);
  EXPECT_EQ(DeadlineAfter(5, kNever - 5), kNever);
  EXPECT_EQ(DeadlineAfter(5, kNever - 6), kNever - 1);
}

TEST(Clock, GoesForward) {
  const Nanos before = NowNanos();
  EXPECT_GE(NowNanos(), before);
}

TEST(Process, CanBePinnedAndTrimmedAtAnyTime) {
  for (int i = 0; i < 3; ++i) {
    PinLibrary();
    ReturnFreeMemory();
  }
}

}  // namespace
}  // namespace isolet
