#include "daemon/auth/base64url.h"
#include "daemon/login/identity.h"

#include <doctest/doctest.h>

#include <string_view>

namespace usaged::test {
namespace {

std::string encoded(std::string_view text)
{
    return base64url({reinterpret_cast<unsigned char const*>(text.data()), text.size()});
}

Secret token(std::string_view claims)
{
    return Secret{encoded(R"({"alg":"RS256","typ":"JWT"})") + "." + encoded(claims) + ".signature"};
}

} // namespace

TEST_CASE("an id_token tells user, name and tenant")
{
    auto const identity = read_identity(
        token(R"({"preferred_username":"ada@contoso.example","name":"Ada ?? >>","tid":"11111111-2222"})"));
    CHECK(identity.user == "ada@contoso.example");
    CHECK(identity.name == "Ada ?? >>");
    CHECK(identity.tenant == "11111111-2222");
}

TEST_CASE("an id_token of the v1 endpoint names the user by upn")
{
    CHECK(read_identity(token(R"({"upn":"ada@contoso.example"})")).user == "ada@contoso.example");
    CHECK(read_identity(token(R"({"upn":"old","preferred_username":"new"})")).user == "new");
}

TEST_CASE("a name cannot put control characters on a terminal")
{
    auto const identity = read_identity(token(R"({"name":"\u001b[2J"})"));
    CHECK(identity.name.find('\x1b') == std::string::npos);
    CHECK_FALSE(identity.name.empty());
}

TEST_CASE("what cannot be read of an id_token is empty")
{
    for (std::string const& text : {std::string{}, std::string{"no JWT"}, std::string{"a.b"}, std::string{".."},
                                    std::string{"a.!!!!.c"}, std::string{"a.b.c"}, "a." + encoded("[1]") + ".c",
                                    "a." + encoded(R"({"name":7})") + ".c", std::string(100'000, '.')}) {
        CAPTURE(text.substr(0, 40));
        auto const identity = read_identity(Secret{text});
        CHECK(identity.user.empty());
        CHECK(identity.name.empty());
        CHECK(identity.tenant.empty());
    }
}

} // namespace usaged::test
