#include "daemon/login/pkce.h"

#include <doctest/doctest.h>

#include <set>

namespace usaged::test {

// RFC 7636, appendix B.
TEST_CASE("the challenge of the RFC's verifier is the RFC's")
{
    CHECK(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
          "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("random codes are 43 characters that a URL takes as they are, and never the same")
{
    std::set<std::string> codes;
    for (int i = 0; i < 200; ++i) {
        auto const code = make_random_code();
        CHECK(code.reveal().size() == 43);
        CHECK(code.reveal().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
              std::string::npos);
        codes.insert(code.reveal());
    }
    CHECK(codes.size() == 200);
}

} // namespace usaged::test
