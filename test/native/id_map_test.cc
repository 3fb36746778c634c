#include "shared/id_map.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace isolet {
namespace {

constexpr uint64_t kLargestJsInteger = (uint64_t{1} << 53) - 1;

TEST(IdMap, FindsWhatWasAdded) {
  IdMap<std::string> map;
  const uint64_t a = map.Add("a");
  const uint64_t b = map.Add("b");
  EXPECT_NE(a, b);
  ASSERT_NE(map.Find(a), nullptr);
  EXPECT_EQ(*map.Find(a), "a");
  EXPECT_EQ(*map.Find(b), "b");
  EXPECT_EQ(map.size(), 2u);
}

TEST(IdMap, RemovedIdsStayUnknown) {
  IdMap<std::string> map;
  const uint64_t old = map.Add("old");
  EXPECT_TRUE(map.Remove(old));
  EXPECT_FALSE(map.Remove(old));
  EXPECT_EQ(map.Find(old), nullptr);
  map.Add("new");
  EXPECT_EQ(map.Find(old), nullptr);
  EXPECT_FALSE(map.Remove(old));
  EXPECT_EQ(map.size(), 1u);
}

TEST(IdMap, InventedIdsFindNothing) {
  IdMap<int> map;
  const uint64_t id = map.Add(1);
  const uint64_t gone = map.Add(2);
  map.Remove(gone);
  for (const uint64_t invented :
       {uint64_t{0}, uint64_t{1}, id + 1, id - 1, id + (uint64_t{1} << 32),
        id | (uint64_t{1} << 63), gone + (uint64_t{1} << 32), kLargestJsInteger, UINT64_MAX,
        uint64_t{UINT32_MAX}}) {
    EXPECT_EQ(map.Find(invented), nullptr) << invented;
    EXPECT_FALSE(map.Remove(invented)) << invented;
  }
  EXPECT_EQ(map.size(), 1u);
}

TEST(IdMap, ValuesDoNotMove) {
  IdMap<int> map;
  int* const first = map.Find(map.Add(1));
  for (int i = 0; i < 10'000; ++i) map.Add(i);
  *first = 5;
  EXPECT_EQ(*first, 5);
}

TEST(IdMap, RemoveDestroysTheValue) {
  IdMap<std::shared_ptr<int>> map;
  auto value = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = value;
  const uint64_t id = map.Add(std::move(value));
  map.Remove(id);
  EXPECT_TRUE(watched.expired());
}

TEST(IdMap, ADestructorMayUseTheMap) {
  struct Chained {
    Chained(IdMap<std::unique_ptr<Chained>>* map, uint64_t next) : map(map), next(next) {}
    ~Chained() { map->Remove(next); }
    IdMap<std::unique_ptr<Chained>>* map;
    uint64_t next;
  };
  IdMap<std::unique_ptr<Chained>> map;
  uint64_t id = 0;
  for (int i = 0; i < 5; ++i) id = map.Add(std::make_unique<Chained>(&map, id));
  EXPECT_TRUE(map.Remove(id));
  EXPECT_EQ(map.size(), 0u);
}

TEST(IdMap, IdsAreNeverUsedTwice) {
  // More often than one slot can be filled (2^21 times), in the slot that is reused at once.
  IdMap<int> map;
  uint64_t last = UINT64_MAX;
  std::set<uint32_t> slots;
  for (int i = 0; i < (1 << 21) + 1000; ++i) {
    const uint64_t id = map.Add(i);
    ASSERT_LE(id, kLargestJsInteger);
    ASSERT_NE(id, 0u);
    // The slots follow each other, and the ids of one slot grow.
    if (static_cast<uint32_t>(id) == static_cast<uint32_t>(last)) {
      ASSERT_GT(id, last);
    } else {
      ASSERT_TRUE(slots.insert(static_cast<uint32_t>(id)).second);
    }
    ASSERT_EQ(map.Find(last), nullptr);
    last = id;
    ASSERT_TRUE(map.Remove(id));
  }
  EXPECT_EQ(slots.size(), 2u);
}

TEST(IdMap, BehavesLikeAHashMap) {
  std::mt19937 random(1);
  IdMap<int> map;
  std::unordered_map<uint64_t, int> expected;
  std::vector<uint64_t> ids;
  for (int i = 0; i < 50'000; ++i) {
    if (ids.empty() || random() % 2 == 0) {
      const uint64_t id = map.Add(i);
      ASSERT_TRUE(expected.emplace(id, i).second);
      ids.push_back(id);
      continue;
    }
    const uint64_t id = ids[random() % ids.size()];
    const auto known = expected.find(id);
    int* const found = map.Find(id);
    ASSERT_EQ(found != nullptr, known != expected.end());
    if (found != nullptr) {
      ASSERT_EQ(*found, known->second);
    }
    ASSERT_EQ(map.Remove(id), expected.erase(id) == 1);
    ASSERT_EQ(map.size(), expected.size());
  }
}

TEST(IdMap, ClearForgetsAllAndGoesOn) {
  IdMap<std::shared_ptr<int>> map;
  auto value = std::make_shared<int>(7);
  std::vector<uint64_t> ids;
  ids.reserve(100);
  for (int i = 0; i < 100; ++i) ids.push_back(map.Add(value));
  map.Remove(ids[50]);
  map.Clear();
  EXPECT_EQ(map.size(), 0U);
  EXPECT_EQ(value.use_count(), 1);
  const uint64_t next = map.Add(value);
  for (const uint64_t id : ids) EXPECT_EQ(map.Find(id), nullptr);
  EXPECT_NE(map.Find(next), nullptr);
}

}  // namespace
}  // namespace isolet
