#include "tests/daemon/net/site.h"

#include <optional>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

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

TEST_CASE("a file of revocation lists that cannot be read, or holds none, is a configuration error")
{
    Chain const chain;
    for (auto const& content : {std::string{}, std::string{"no PEM"}, chain.root.certificate_pem}) {
        auto const error = chain.error_with(content);
        REQUIRE(error);
        CHECK(error->category() == ErrorCategory::config);
        CHECK(std::string{error->what()}.starts_with("http.crl_file "));
    }
    auto settings = chain.settings();
    settings.crl_file = chain.directory.path() / "missing.pem";
    boost::asio::io_context io;
    CHECK_THROWS_AS((HttpsTransport{io.get_executor(), settings}), Error);
}

} // namespace
} // namespace usaged::test
