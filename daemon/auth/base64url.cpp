#include "daemon/auth/base64url.h"

#include <openssl/evp.h>

#include <algorithm>

namespace usaged {

std::string base64url(std::span<unsigned char const> bytes)
{
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0'); // OpenSSL ends it with a NUL
    auto const size =
        ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    text.resize(text.find_last_not_of('=') + 1);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

} // namespace usaged
