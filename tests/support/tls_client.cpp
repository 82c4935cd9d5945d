#include "tests/support/tls_client.h"

#include "tests/support/release.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <csignal>
#include <netinet/in.h>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace usaged::test {
namespace {

using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Release<SSL_free>>;

void require(bool done, char const* what)
{
    if (!done) throw std::runtime_error{what};
}

class Socket {
public:
    explicit Socket(std::uint16_t port) : descriptor_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        require(descriptor_ >= 0, "no socket");
        timeval const limit{20, 0};
        setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto const result = connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        if (result != 0) close(descriptor_);
        require(result == 0, "connection refused");
    }
    Socket(Socket const&) = delete;
    Socket& operator=(Socket const&) = delete;
    ~Socket() { close(descriptor_); }

    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

Context make_context(std::string const& ca_pem)
{
    Context context{SSL_CTX_new(TLS_client_method())};
    Bio const bio{BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size()))};
    Certificate const ca{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
    require(context && ca, "the CA is no certificate");
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

} // namespace

class TlsClient::Impl {
public:
    Impl(std::uint16_t port, std::string const& ca_pem)
        : context_{make_context(ca_pem)}, socket_{port}, session_{SSL_new(context_.get())}
    {
        // OpenSSL writes to sockets without MSG_NOSIGNAL.
        std::signal(SIGPIPE, SIG_IGN);
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), "127.0.0.1");
        SSL_set_fd(session_.get(), socket_.descriptor());
        require(SSL_connect(session_.get()) == 1, "the TLS handshake failed");
    }

    void send(std::string_view bytes)
    {
        auto const size = static_cast<int>(bytes.size());
        require(SSL_write(session_.get(), bytes.data(), size) == size, "nothing can be sent");
    }

    /// Appends what there is to `received`; false at the end of the connection.
    bool read_some()
    {
        std::array<char, 4096> buffer{};
        auto const size = SSL_read(session_.get(), buffer.data(), static_cast<int>(buffer.size()));
        if (size > 0) received.append(buffer.data(), static_cast<std::size_t>(size));
        require(size > 0 || SSL_get_error(session_.get(), size) != SSL_ERROR_WANT_READ, "nothing arrives");
        return size > 0;
    }

    bool got_close_notify() const { return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

    std::string received; ///< and not yet handed out

private:
    Context context_;
    Socket socket_;
    Session session_;
};

std::string ReceivedAnswer::header(std::string_view name) const
{
    for (auto start = head.find("\r\n"); start != std::string::npos; start = head.find("\r\n", start + 2)) {
        auto const line = head.substr(start + 2, head.find("\r\n", start + 2) - start - 2);
        auto const colon = line.find(": ");
        if (colon == name.size() && strncasecmp(line.data(), name.data(), colon) == 0) return line.substr(colon + 2);
    }
    return {};
}

TlsClient::TlsClient(std::uint16_t port, std::string const& ca_pem) : impl_{std::make_unique<Impl>(port, ca_pem)} {}

TlsClient::~TlsClient() = default;

void TlsClient::send(std::string_view bytes)
{
    impl_->send(bytes);
}

ReceivedAnswer TlsClient::read_answer()
{
    auto& received = impl_->received;
    while (received.find("\r\n\r\n") == std::string::npos) require(impl_->read_some(), "the head ends early");
    ReceivedAnswer answer;
    auto const head_size = received.find("\r\n\r\n") + 4;
    answer.head = received.substr(0, head_size);
    auto const length_text = answer.header("Content-Length");
    std::size_t length = 0;
    std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
    while (received.size() < head_size + length) require(impl_->read_some(), "the body ends early");
    answer.body = received.substr(head_size, length);
    received.erase(0, head_size + length);
    std::from_chars(answer.head.data() + std::string_view{"HTTP/1.1 "}.size(), answer.head.data() + head_size,
                    answer.status);
    return answer;
}

ReceivedBytes TlsClient::read_to_end()
{
    while (impl_->read_some()) {
    }
    return {std::exchange(impl_->received, {}), impl_->got_close_notify()};
}

} // namespace usaged::test
