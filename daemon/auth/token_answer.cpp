#include "daemon/auth/token_answer.h"

#include "daemon/auth/secret_json.h"
#include "daemon/fault/error.h"
#include "daemon/fault/text.h"

#include <algorithm>

namespace usaged {

namespace {

constexpr std::size_t largest_token = 65536;
constexpr std::chrono::seconds unknown_lifetime{300};
constexpr std::chrono::seconds longest_lifetime{48 * 3600}; // Entra's longest special sessions have 28 hours

Error malformed(std::string const& reason)
{
    return Error{ErrorCategory::protocol, "the answer of the token endpoint is not usable: " + reason,
                 "Check that partner_center.authority is that of your cloud."};
}

bool is_visible_ascii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

std::chrono::seconds lifetime(SecretJson const& answer)
{
    auto const seconds = answer.number("expires_in").value_or(0);
    if (seconds <= 0) return unknown_lifetime;
    return std::min(std::chrono::seconds{seconds}, longest_lifetime);
}

std::optional<std::chrono::seconds> refresh_in(SecretJson const& answer)
{
    auto const seconds = answer.number("refresh_in").value_or(0);
    if (seconds <= 0) return std::nullopt;
    return std::min(std::chrono::seconds{seconds}, longest_lifetime);
}

void require_token(std::string_view token, std::string const& name)
{
    if (token.size() > largest_token || !is_visible_ascii(token))
        throw malformed("its " + name + " is too long or has characters that no token has");
}

/// For showing only: one that is unusable is as good as none.
std::string_view id_token(SecretJson const& answer)
{
    auto const token = answer.text("id_token").value_or("");
    return token.size() <= largest_token && is_visible_ascii(token) ? token : std::string_view{};
}

} // namespace

Grant read_token_answer(std::string const& body)
{
    if (body.size() > largest_token_answer) throw malformed("it is larger than 1 MiB");
    SecretJson const answer{body};
    if (!answer.valid()) throw malformed("it is not a JSON object");
    auto const access_token = answer.text("access_token").value_or("");
    auto const refresh_token = answer.text("refresh_token").value_or("");
    if (access_token.empty()) throw malformed("it has no access_token");
    if (!equals_ignoring_case(answer.text("token_type").value_or(""), "bearer"))
        throw malformed("its token_type is not Bearer");
    require_token(access_token, "access_token");
    require_token(refresh_token, "refresh_token");
    Grant grant;
    grant.access_token = Secret{std::string{access_token}};
    grant.refresh_token = Secret{std::string{refresh_token}};
    grant.id_token = Secret{std::string{id_token(answer)}};
    grant.lifetime = lifetime(answer);
    grant.refresh_in = refresh_in(answer);
    return grant;
}

} // namespace usaged
