#include "daemon/fault/error_text.h"

#include <doctest/doctest.h>

namespace usaged::test {

TEST_CASE("an error reads as what happened, the ids for Microsoft's support, and what to do")
{
    Error error{ErrorCategory::auth, "Partner Center refuses access (HTTP status 403)", "Ask for a role."};
    CHECK(error_text(error) == "Partner Center refuses access (HTTP status 403)\nWhat to do: Ask for a role.");
    error.endpoint("usage").attempt(3).ids({"r-1", "c-1", "", ""});
    CHECK(error_text(error) == "Partner Center refuses access (HTTP status 403)\n"
                               "  after 3 tries\n"
                               "  MS-RequestId r-1, MS-CorrelationId c-1\n"
                               "What to do: Ask for a role.");
}

TEST_CASE("an error of Entra ID has its ids by their own names")
{
    Error error{ErrorCategory::auth, "Entra ID refuses (AADSTS50173)"};
    error.attempt(1).ids({"", "c-1", "t-1", "2026-07-21 04:10:58Z"});
    CHECK(error_text(error) == "Entra ID refuses (AADSTS50173)\n"
                               "  Entra trace id t-1, correlation id c-1, timestamp 2026-07-21 04:10:58Z");
    error.endpoint("token").ids({"", "c-1", "", ""});
    CHECK(error_text(error) == "Entra ID refuses (AADSTS50173)\n  correlation id c-1");
}

} // namespace usaged::test
