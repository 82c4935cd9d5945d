#include "tests/daemon/net/site.h"

#include <openssl/ssl.h>

#include <atomic>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

/// A server that notes whether a byte of a request reached it.
class Witness {
public:
    explicit Witness(KeyedCertificate const& certificate, TlsServer::Options const& options = {})
        : server_{certificate, [this](ServerConnection& connection) { serve(connection); }, options}
    {
    }

    std::string url(std::string const& host = "127.0.0.1") const
    {
        return "https://" + host + ":" + std::to_string(server_.port()) + "/";
    }
    bool saw_request() const { return saw_request_; }

private:
    void serve(ServerConnection& connection)
    {
        if (!connection.handshake() || connection.read_request().empty()) return;
        saw_request_ = true;
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }

    std::atomic<bool> saw_request_ = false;
    TlsServer server_;
};

void check_refused(Site const& site, Witness const& server, std::string const& reason)
{
    auto const error = fetch_error(site.settings(), get(server.url()));
    CAPTURE(std::string{error.what()});
    CHECK(error.category() == ErrorCategory::tls);
    CHECK_FALSE(error.remedy().empty());
    CHECK(std::string{error.what()}.find(reason) != std::string::npos);
    CHECK(std::string{error.what()}.find(server.url().substr(8, 15)) != std::string::npos);
    CHECK_FALSE(server.saw_request());
}

TEST_SUITE_BEGIN("trust");

TEST_CASE("a good certificate is accepted, for a name and for an address")
{
    Site const site;
    for (std::string const host : {"127.0.0.1", "localhost"}) {
        CAPTURE(host);
        Witness const server{site.certificate};
        CHECK(fetch(site.settings(), get(server.url(host))).status == 200);
        CHECK(server.saw_request());
    }
}

TEST_CASE("a certificate that says the wrong thing is refused before a byte of the request is sent")
{
    Site const site;
    struct Case {
        std::string reason;
        CertificateOptions options;
    };
    for (auto const& refused : {
             Case{"certificate has expired", {.ip_addresses = {"127.0.0.1"}, .valid_from = -48h, .valid_until = -24h}},
             Case{"certificate is not yet valid",
                  {.ip_addresses = {"127.0.0.1"}, .valid_from = 24h, .valid_until = 48h}},
             Case{"IP address mismatch", {.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.2"}}},
             Case{"IP address mismatch", {.common_name = "127.0.0.1"}},
             Case{"certificate purpose", {.ip_addresses = {"127.0.0.1"}, .purpose = "clientAuth"}},
             Case{"key too weak", {.ip_addresses = {"127.0.0.1"}, .rsa_bits = 1024}},
             Case{"signature digest algorithm too weak", {.ip_addresses = {"127.0.0.1"}, .digest = "SHA1"}},
         }) {
        CAPTURE(refused.reason);
        check_refused(site, Witness{issue(site.root, refused.options)}, refused.reason);
    }
}

TEST_CASE("a name counts only whole, and not in the common name")
{
    Site const site;
    for (auto const& options : {CertificateOptions{.common_name = "localhost"},
                                CertificateOptions{.common_name = "localhost", .dns_names = {"other.example"}},
                                CertificateOptions{.dns_names = {"local*"}}, CertificateOptions{.dns_names = {"*"}}}) {
        Witness const server{issue(site.root, options)};
        auto const error = fetch_error(site.settings(), get(server.url("localhost")));
        CHECK(error.category() == ErrorCategory::tls);
        CHECK(std::string{error.what()}.ends_with("is not trusted: hostname mismatch"));
        CHECK_FALSE(server.saw_request());
    }
}

TEST_CASE("a certificate that no trusted root vouches for is refused")
{
    Site const site;
    CertificateOptions const options{.ip_addresses = {"127.0.0.1"}};
    auto const unknown_root = make_ca("Another root");
    auto const intermediate = issue(site.root, {.common_name = "Intermediate", .is_ca = true});
    check_refused(site, Witness{self_sign(options)}, "self-signed certificate");
    check_refused(site, Witness{issue(unknown_root, options)}, "unable to get local issuer certificate");
    check_refused(site, Witness{issue(intermediate, options)}, "unable to get local issuer certificate");
    check_refused(site, Witness{issue(site.certificate, options)}, "unable to get local issuer certificate");
}

TEST_CASE("a chain whose CAs may not vouch for the server is refused")
{
    Site const site;
    struct Case {
        std::string reason;
        CertificateOptions ca;
        int depth = 1; ///< CAs between root and server
    };
    for (auto const& broken : {
             Case{"invalid CA certificate", {.common_name = "No CA", .purpose = ""}},
             Case{"permitted subtree violation",
                  {.common_name = "Elsewhere", .is_ca = true, .name_constraints = "permitted;IP:10.0.0.0/255.0.0.0"}},
             Case{"excluded subtree violation",
                  {.common_name = "Not here", .is_ca = true, .name_constraints = "excluded;IP:127.0.0.0/255.0.0.0"}},
             Case{"path length constraint exceeded", {.common_name = "Last", .is_ca = true, .path_length = 0}, 2},
             Case{"certificate has expired",
                  {.common_name = "Old", .valid_from = -48h, .valid_until = -24h, .is_ca = true}},
             Case{"CA signature digest algorithm too weak", {.common_name = "Weak", .is_ca = true, .digest = "SHA1"}},
             Case{"CA certificate key too weak", {.common_name = "Short", .is_ca = true, .rsa_bits = 1024}},
         }) {
        CAPTURE(broken.reason);
        auto ca = issue(site.root, broken.ca);
        auto sent = ca.certificate_pem;
        if (broken.depth == 2) {
            ca = issue(ca, {.common_name = "One too many", .is_ca = true});
            sent = ca.certificate_pem + sent;
        }
        auto chain = issue(ca, {.ip_addresses = {"127.0.0.1"}});
        chain.certificate_pem += sent;
        check_refused(site, Witness{chain}, broken.reason);
    }
}

TEST_CASE("a chain that the server sends whole is accepted")
{
    Site const site;
    auto const intermediate = issue(site.root, {.common_name = "Intermediate", .is_ca = true});
    auto chain = issue(intermediate, {.ip_addresses = {"127.0.0.1"}});
    chain.certificate_pem += intermediate.certificate_pem;
    Witness const server{chain};
    CHECK(fetch(site.settings(), get(server.url())).status == 200);
}

TEST_CASE("a protocol or cipher of yesterday is refused")
{
    Site const site;
    auto const rsa = issue(site.root, {.ip_addresses = {"127.0.0.1"}, .rsa_bits = 2048});
    check_refused(site, Witness{rsa, {.max_version = TLS1_1_VERSION}}, "TLS handshake");
    for (std::string const ciphers : {"NULL-SHA256", "AECDH-AES128-SHA", "AES128-SHA", "ECDHE-RSA-NULL-SHA"}) {
        CAPTURE(ciphers);
        check_refused(site, Witness{rsa, {.max_version = TLS1_2_VERSION, .ciphers = ciphers}}, "TLS handshake");
    }
}

TEST_CASE("a key exchange or signature of the handshake that is too weak is refused")
{
    Site const site;
    auto const rsa = issue(site.root, {.ip_addresses = {"127.0.0.1"}, .rsa_bits = 2048});
    TlsServer::Options options{.max_version = TLS1_2_VERSION, .ciphers = "DHE-RSA-AES128-GCM-SHA256"};
    options.dh_group = "modp_2048";
    CHECK(fetch(site.settings(), get(Witness{rsa, options}.url())).status == 200);
    options.dh_group = "modp_1536";
    check_refused(site, Witness{rsa, options}, "dh key too small");
    options.dh_group.clear();
    options.signatures = "RSA+SHA1";
    check_refused(site, Witness{rsa, options}, "TLS handshake");
}

TEST_CASE("a server that does not speak TLS is refused")
{
    Site const site;
    for (std::string const bytes :
         {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2p1\r\n", "220 mail.example ESMTP\r\n", "nonsense"}) {
        CAPTURE(bytes);
        TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                                   connection.write(bytes);
                                   connection.stall();
                               }};
        auto const error = fetch_error(site.settings(), get(server.url()));
        CAPTURE(std::string{error.what()});
        CHECK(error.category() == ErrorCategory::tls);
        CHECK(std::string{error.what()}.find("does not speak TLS") != std::string::npos);
    }
}

TEST_SUITE_END();

} // namespace
} // namespace usaged::test
