#include "daemon/net/http.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

TEST_CASE("a header is found in any case, the first of several")
{
    HttpResponse response;
    response.headers.emplace_back("Retry-After", "57");
    response.headers.emplace_back("retry-after", "60");
    CHECK(response.header("RETRY-after") == "57");
}

TEST_CASE("a header that is not there is nothing, not empty text")
{
    HttpResponse response;
    response.headers.emplace_back("Date", "");
    CHECK(response.header("Date") == "");
    CHECK_FALSE(response.header("Dat").has_value());
}

} // namespace
} // namespace usaged::test
