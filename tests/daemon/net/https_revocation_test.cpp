#include "tests/daemon/net/site.h"
#include "tests/support/release.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <optional>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using List = std::unique_ptr<X509_CRL, Release<X509_CRL_free>>;

/// A server whose certificate comes from the root over an intermediate CA.
struct Chain : Site {
    KeyedCertificate intermediate = issue(root, {.common_name = "Intermediate", .is_ca = true});
    KeyedCertificate leaf = issue(intermediate, {.ip_addresses = {"127.0.0.1"}});

    /// How a request ends if those revocation lists are there.
    std::optional<Error> error_with(std::string const& lists) const
    {
        auto served = leaf;
        served.certificate_pem += intermediate.certificate_pem;
        TlsServer const server{served, answer(ok)};
        auto settings = this->settings();
        settings.crl_file = directory.path() / "lists.pem";
        write_file(settings.crl_file, lists);
        try {
            fetch(settings, get(server.url()));
        } catch (Error const& error) {
            return error;
        }
        return std::nullopt;
    }
};

/// `list` of `ca` with a critical extension that nobody knows, signed anew.
std::string with_unknown_extension(std::string const& list, KeyedCertificate const& ca)
{
    Bio const in{BIO_new_mem_buf(list.data(), static_cast<int>(list.size()))};
    Bio const key_in{BIO_new_mem_buf(ca.key_pem.data(), static_cast<int>(ca.key_pem.size()))};
    Bio const out{BIO_new(BIO_s_mem())};
    List const crl{PEM_read_bio_X509_CRL(in.get(), nullptr, nullptr, nullptr)};
    Key const key{PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr)};
    Extension const extension{X509V3_EXT_conf_nid(nullptr, nullptr, NID_netscape_comment, "critical,unknown")};
    REQUIRE(X509_CRL_add_ext(crl.get(), extension.get(), -1) == 1);
    REQUIRE(X509_CRL_sign(crl.get(), key.get(), EVP_sha256()) > 0);
    REQUIRE(PEM_write_bio_X509_CRL(out.get(), crl.get()) == 1);
    char* text = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

void check_refused(std::optional<Error> const& error, std::string const& reason)
{
    REQUIRE(error);
    CAPTURE(std::string{error->what()});
    CHECK(error->category() == ErrorCategory::tls);
    CHECK(std::string{error->what()}.find(reason) != std::string::npos);
    CHECK_FALSE(error->remedy().empty());
}

TEST_CASE("a chain that no list names is accepted")
{
    Chain const chain;
    CHECK_FALSE(chain.error_with(revocation_list(chain.root) + revocation_list(chain.intermediate)));
    Site const site;
    CHECK_FALSE(chain.error_with(revocation_list(chain.intermediate, {.revoked = {site.certificate}}) +
                                 revocation_list(chain.root)));
}

TEST_CASE("a certificate that was revoked is refused, that of a CA too")
{
    Chain const chain;
    check_refused(
        chain.error_with(revocation_list(chain.root) + revocation_list(chain.intermediate, {.revoked = {chain.leaf}})),
        "certificate revoked");
    check_refused(chain.error_with(revocation_list(chain.root, {.revoked = {chain.intermediate}}) +
                                   revocation_list(chain.intermediate)),
                  "certificate revoked");
}

TEST_CASE("without a current list of every CA nothing is accepted")
{
    Chain const chain;
    check_refused(chain.error_with(revocation_list(chain.root)), "unable to get certificate CRL");
    check_refused(chain.error_with(revocation_list(chain.intermediate)), "unable to get certificate CRL");
    auto const root = revocation_list(chain.root);
    check_refused(
        chain.error_with(root + revocation_list(chain.intermediate, {.valid_from = -48h, .valid_until = -24h})),
        "CRL has expired");
    check_refused(chain.error_with(root + revocation_list(chain.intermediate, {.valid_from = 24h, .valid_until = 48h})),
                  "CRL is not yet valid");
}

TEST_CASE("a list that somebody else signed in the name of the CA is refused")
{
    Chain const chain;
    auto const impostor = issue(chain.root, {.common_name = "Intermediate", .is_ca = true});
    check_refused(chain.error_with(revocation_list(chain.root) + revocation_list(impostor)), "CRL");
}

TEST_CASE("a list that says more than OpenSSL understands sends a person to the lists, not to the server")
{
    Chain const chain;
    auto const error = chain.error_with(
        revocation_list(chain.root) + with_unknown_extension(revocation_list(chain.intermediate), chain.intermediate));
    check_refused(error, "critical CRL extension");
    CHECK(error->remedy().find("http.crl_file") != std::string::npos);
}

TEST_CASE("a file of revocation lists that cannot be read, or holds none, is a configuration error")
{
    Chain const chain;
    for (auto const& content : {std::string{}, std::string{"no PEM"}, chain.root.certificate_pem}) {
        auto const error = chain.error_with(content);
        REQUIRE(error);
        CHECK(error->category() == ErrorCategory::config);
        CHECK(std::string{error->what()}.starts_with("http.crl_file: "));
    }
    auto settings = chain.settings();
    settings.crl_file = chain.directory.path() / "missing.pem";
    boost::asio::io_context io;
    CHECK_THROWS_AS((HttpsTransport{io.get_executor(), settings}), Error);
}

} // namespace
} // namespace usaged::test
