#include "tests/daemon/auth/rsa_certificate.h"

#include "tests/support/release.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <stdexcept>

namespace usaged::test {
namespace {

using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;

KeyedCertificate make()
{
    CertificateOptions options;
    options.common_name = "usaged test application";
    options.rsa_bits = 2048;
    return self_sign(options);
}

} // namespace

KeyedCertificate const& rsa_certificate()
{
    static auto const certificate = make();
    return certificate;
}

KeyedCertificate const& other_rsa_certificate()
{
    static auto const certificate = make();
    return certificate;
}

std::string encrypted_key(std::string const& key_pem, KeyForm form)
{
    Bio const in{BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()))};
    Key const key{PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)};
    Bio const out{BIO_new(BIO_s_mem())};
    static constexpr unsigned char passphrase[] = {'s', 'e', 's', 'a', 'm', 'e'};
    auto* const write = form == KeyForm::pkcs8 ? &PEM_write_bio_PrivateKey : &PEM_write_bio_PrivateKey_traditional;
    if (write(out.get(), key.get(), EVP_aes_256_cbc(), passphrase, sizeof passphrase, nullptr, nullptr) != 1)
        throw std::runtime_error{"cannot encrypt a key"};
    char* text = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

} // namespace usaged::test
