#include "daemon/login/identity.h"

#include "daemon/fault/text.h"

#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>
#include <string_view>

namespace usaged {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t largest_token = 65536;

/// The second of the three parts of a JWT (RFC 7519, section 3); empty if there are not three.
std::string_view payload_of(std::string_view token)
{
    auto const first = token.find('.');
    if (first == std::string_view::npos) return {};
    auto const second = token.find('.', first + 1);
    if (second == std::string_view::npos) return {};
    return token.substr(first + 1, second - first - 1);
}

/// What base64url stands for, without padding (RFC 4648, section 5); empty if it is not valid.
std::string decoded(std::string_view text)
{
    std::string padded{text};
    std::ranges::replace(padded, '-', '+');
    std::ranges::replace(padded, '_', '/');
    auto const missing = (4 - padded.size() % 4) % 4;
    padded.append(missing, '=');
    std::string bytes(padded.size() / 4 * 3, '\0');
    auto const size =
        ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                          reinterpret_cast<unsigned char const*>(padded.data()), static_cast<int>(padded.size()));
    if (size < static_cast<int>(missing)) return {};
    bytes.resize(static_cast<std::size_t>(size) - missing);
    return bytes;
}

std::string text_claim(dom::object claims, std::string_view name)
{
    std::string_view text;
    return claims.at_key(name).get(text) == simdjson::SUCCESS ? printable(text) : std::string{};
}

} // namespace

Identity read_identity(Secret const& id_token)
{
    if (id_token.reveal().size() > largest_token) return {};
    auto const json = decoded(payload_of(id_token.reveal()));
    dom::parser parser;
    dom::object claims;
    if (parser.parse(json).get(claims) != simdjson::SUCCESS) return {};
    Identity identity{text_claim(claims, "preferred_username"), text_claim(claims, "name"), text_claim(claims, "tid")};
    if (identity.user.empty()) identity.user = text_claim(claims, "upn");
    return identity;
}

} // namespace usaged
