#include "daemon/command/pem_file.h"

#include "daemon/net/trust_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <memory>

namespace usaged {

namespace {

struct Free {
    void operator()(BIO* bio) const { ::BIO_free(bio); }
    void operator()(STACK_OF(X509_INFO) * stack) const { sk_X509_INFO_pop_free(stack, ::X509_INFO_free); }
};

/// A file of keys with a passphrase must not ask for it on the terminal.
int refuse_passphrase(char*, int, int, void*)
{
    return -1;
}

std::optional<Timestamp> instant(ASN1_TIME const* time)
{
    std::tm parts{};
    if (time == nullptr || ::ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

RevocationList describe(X509_CRL const& list)
{
    std::array<char, 256> issuer{};
    ::X509_NAME_oneline(::X509_CRL_get_issuer(&list), issuer.data(), int{issuer.size()});
    return {printable(issuer.data()), instant(::X509_CRL_get0_nextUpdate(&list))};
}

} // namespace

PemFile read_pem(std::filesystem::path const& file, std::string_view setting)
{
    require_readable(setting, file);
    std::unique_ptr<BIO, Free> const bio{::BIO_new_file(file.c_str(), "r")};
    std::unique_ptr<STACK_OF(X509_INFO), Free> const entries{
        bio ? ::PEM_X509_INFO_read_bio(bio.get(), nullptr, refuse_passphrase, nullptr) : nullptr};
    ::ERR_clear_error();
    PemFile found;
    if (!entries) return found;
    for (int i = 0; i < sk_X509_INFO_num(entries.get()); ++i) {
        auto const& entry = *sk_X509_INFO_value(entries.get(), i);
        if (entry.x509 != nullptr) ++found.certificates;
        if (entry.crl != nullptr) found.revocation_lists.push_back(describe(*entry.crl));
    }
    return found;
}

} // namespace usaged
