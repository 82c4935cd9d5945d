#include "daemon/command/memory_pages.h"

#include <doctest/doctest.h>

namespace usaged::test {

TEST_CASE("pages in memory come back as they were put, each with its scope")
{
    MemoryPages pages;
    PageScope scope;
    scope.customer_id = "0112a436-b14e-4888-967b-ca4bb2cf1234";
    auto const first = pages.put(0, std::string(100'000, 'a'), {});
    auto const second = pages.put(1, "b", scope);
    CHECK(pages.get(1, second) == "b");
    CHECK(pages.get(0, first) == std::string(100'000, 'a'));
    CHECK(second.scope == scope);
    CHECK(first.hash != second.hash);
}

} // namespace usaged::test
