#include "daemon/auth/token_answer.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

namespace usaged::test {
namespace {

bool fits_into_a_header(std::string_view token)
{
    return token.size() <= 65536 &&
           std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    try {
        auto const grant = read_token_answer(text_of(data, size));
        require(!grant.access_token.empty() && fits_into_a_header(grant.access_token.reveal()),
                "an access token fits into a header");
        require(fits_into_a_header(grant.refresh_token.reveal()), "a refresh token is visible ASCII");
        require(grant.lifetime > std::chrono::seconds{0} && grant.lifetime <= std::chrono::hours{48},
                "a lifetime is positive and bounded");
        if (grant.refresh_in)
            require(*grant.refresh_in > std::chrono::seconds{0} && *grant.refresh_in <= std::chrono::hours{48},
                    "an early renewal is later than now and bounded");
    } catch (Error const& error) {
        require_proper(error, ErrorCategory::protocol);
    }
    return 0;
}

} // namespace usaged::test
