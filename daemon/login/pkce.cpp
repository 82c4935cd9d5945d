#include "daemon/login/pkce.h"

#include "daemon/auth/base64url.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace usaged {

Secret make_random_code()
{
    std::array<unsigned char, 32> bytes{};
    if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error{"OpenSSL has no random bytes"};
    Secret code{base64url(bytes)};
    ::OPENSSL_cleanse(bytes.data(), bytes.size());
    return code;
}

std::string code_challenge(std::string_view verifier)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    ::SHA256(reinterpret_cast<unsigned char const*>(verifier.data()), verifier.size(), digest.data());
    return base64url(digest);
}

} // namespace usaged
