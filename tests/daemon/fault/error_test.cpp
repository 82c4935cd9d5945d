#include "daemon/fault/error.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

struct CategoryCase {
    ErrorCategory category;
    std::string_view name;
    int exit_status;
    bool retryable;
};

constexpr CategoryCase categories[] = {
    {ErrorCategory::network, "network", 69, true},     {ErrorCategory::http, "http", 69, false},
    {ErrorCategory::throttled, "throttled", 75, true}, {ErrorCategory::tls, "tls", 76, false},
    {ErrorCategory::protocol, "protocol", 76, false},  {ErrorCategory::data, "data", 65, false},
    {ErrorCategory::auth, "auth", 77, false},          {ErrorCategory::storage, "storage", 74, false},
    {ErrorCategory::locked, "locked", 75, false},      {ErrorCategory::config, "config", 78, false},
};

} // namespace

TEST_CASE("every category has a name and a status of sysexits.h")
{
    for (auto const& each : categories) {
        CAPTURE(each.name);
        CHECK(to_string(each.category) == each.name);
        CHECK(exit_status(each.category) == each.exit_status);
    }
}

TEST_CASE("only the network and throttling are worth another try, unless an error says otherwise")
{
    for (auto const& each : categories) {
        CAPTURE(each.name);
        Error error{each.category, "what"};
        CHECK(error.retryable() == each.retryable);
        CHECK(error.retryable(!each.retryable).retryable() != each.retryable);
    }
}

TEST_CASE("an error that nobody added to knows only what happened")
{
    Error const error{ErrorCategory::data, "what happened", "what to do"};
    CHECK(std::string{error.what()} == "what happened");
    CHECK(error.remedy() == "what to do");
    CHECK_FALSE(error.http_status());
    CHECK_FALSE(error.retry_after());
    CHECK_FALSE(error.wants_new_token());
    CHECK(error.api_code().empty());
    CHECK(error.ids().request_id.empty());
}

} // namespace usaged::test
