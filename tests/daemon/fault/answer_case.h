#pragma once

#include "daemon/fault/error.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

namespace usaged::test {

/// An error answer and what it has to lead to.
struct AnswerCase {
    std::string_view file; ///< in tests/data
    int status;
    ErrorCategory category;
    bool retryable;
    std::string_view api_code;
    std::string_view said;     ///< a part of what() that a person needs
    std::string_view remedied; ///< a part of remedy() that a person needs
    bool wants_new_token = false;
};

inline std::string sample(std::string_view file)
{
    return read_file(std::string{USAGED_TEST_DATA} + "/" + std::string{file});
}

inline bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

/// Whether `text` repeats a stretch of the body that is longer than a code or words which happen to be the same.
/// Addresses at Microsoft are left out.
inline bool quotes(std::string const& text, std::string body)
{
    constexpr std::size_t stretch = 40;
    constexpr std::string_view address = "https://login.microsoftonline.com";
    for (auto at = body.find(address); at != std::string::npos; at = body.find(address)) body.erase(at, address.size());
    if (body.empty()) return false;
    auto const last = body.size() <= stretch ? 0 : body.size() - stretch;
    for (std::size_t i = 0; i <= last; ++i)
        if (contains(text, body.substr(i, stretch))) return true;
    return false;
}

inline void check(std::optional<Error> const& error, AnswerCase const& expected, std::string const& body)
{
    REQUIRE(error);
    CAPTURE(std::string{error->what()});
    CAPTURE(error->remedy());
    CHECK(error->category() == expected.category);
    CHECK(error->retryable() == expected.retryable);
    CHECK(error->wants_new_token() == expected.wants_new_token);
    CHECK(error->api_code() == expected.api_code);
    CHECK(error->http_status() == expected.status);
    CHECK(contains(error->what(), expected.said));
    CHECK(contains(error->remedy(), expected.remedied));
    CHECK_FALSE(quotes(error->what(), body));
    CHECK_FALSE(quotes(error->remedy(), body));
}

} // namespace usaged::test
