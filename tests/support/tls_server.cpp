#include "tests/support/tls_server.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <netdb.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace usaged::test {
namespace {

int checked(int result, char const* what)
{
    if (result < 0) throw std::system_error{errno, std::generic_category(), what};
    return result;
}

/// Waits until `descriptor` is ready for one of `events`; false if `stop` is first.
bool wait_ready(int descriptor, short events, int stop)
{
    std::array<pollfd, 2> fds{pollfd{descriptor, events, 0}, pollfd{stop, POLLIN, 0}};
    while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
    }
    return fds[1].revents == 0;
}

bool wait_readable(int descriptor, int stop)
{
    return wait_ready(descriptor, POLLIN, stop);
}

void use_certificate(SSL_CTX& context, KeyedCertificate const& certificate)
{
    std::unique_ptr<BIO, int (*)(BIO*)> const pem{
        ::BIO_new_mem_buf(certificate.certificate_pem.data(), static_cast<int>(certificate.certificate_pem.size())),
        ::BIO_free};
    std::unique_ptr<BIO, int (*)(BIO*)> const key_pem{
        ::BIO_new_mem_buf(certificate.key_pem.data(), static_cast<int>(certificate.key_pem.size())), ::BIO_free};
    std::unique_ptr<X509, void (*)(X509*)> const leaf{::PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr),
                                                      ::X509_free};
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> const key{
        ::PEM_read_bio_PrivateKey(key_pem.get(), nullptr, nullptr, nullptr), ::EVP_PKEY_free};
    if (::SSL_CTX_use_certificate(&context, leaf.get()) != 1 || ::SSL_CTX_use_PrivateKey(&context, key.get()) != 1)
        throw std::runtime_error{"the test server cannot use its certificate"};
    while (auto* const issuer = ::PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr))
        ::SSL_CTX_add0_chain_cert(&context, issuer);
    ::ERR_clear_error();
}

/// Throws std::runtime_error for parameters that OpenSSL does not know.
void use_dh_group(SSL_CTX& context, std::string const& group)
{
    std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> const maker{
        ::EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr), ::EVP_PKEY_CTX_free};
    EVP_PKEY* parameters = nullptr;
    if (::EVP_PKEY_paramgen_init(maker.get()) != 1 || ::EVP_PKEY_CTX_set_group_name(maker.get(), group.c_str()) != 1 ||
        ::EVP_PKEY_paramgen(maker.get(), &parameters) != 1 || ::SSL_CTX_set0_tmp_dh_pkey(&context, parameters) != 1)
        throw std::runtime_error{"the test server cannot use the group " + group};
}

void set_protocol(SSL_CTX& context, TlsServer::Options const& options)
{
    SSL_CTX_set_min_proto_version(&context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(&context, options.max_version);
    ::SSL_CTX_set_security_level(&context, 0);
    if (!options.ciphers.empty()) ::SSL_CTX_set_cipher_list(&context, options.ciphers.c_str());
    // What the macro SSL_CTX_set1_sigalgs_list does, without its old-style cast.
    if (auto signatures = options.signatures; !signatures.empty())
        ::SSL_CTX_ctrl(&context, SSL_CTRL_SET_SIGALGS_LIST, 0, signatures.data());
    if (!options.dh_group.empty())
        use_dh_group(context, options.dh_group);
    else
        SSL_CTX_set_dh_auto(&context, 1);
}

/// How long the body is that follows `head`.
std::size_t content_length(std::string_view head)
{
    constexpr std::string_view field = "\r\nContent-Length: ";
    auto const at = head.find(field);
    std::size_t length = 0;
    if (at != std::string_view::npos)
        std::from_chars(head.data() + at + field.size(), head.data() + head.size(), length);
    return length;
}

} // namespace

ServerConnection::ServerConnection(int socket, SSL_CTX& context, int stop)
    : socket_{socket}, stop_{stop}, ssl_{::SSL_new(&context)}
{
    ::SSL_set_fd(ssl_, socket_);
}

ServerConnection::~ServerConnection()
{
    ::SSL_free(ssl_);
    ::close(socket_);
}

bool ServerConnection::readable()
{
    return ::SSL_pending(ssl_) > 0 || wait_readable(socket_, stop_);
}

bool ServerConnection::handshake()
{
    encrypted_ = readable() && ::SSL_accept(ssl_) == 1;
    return encrypted_;
}

std::string ServerConnection::read_some()
{
    std::string bytes(65536, '\0');
    if (!readable()) return {};
    auto const capacity = static_cast<int>(bytes.size());
    auto const count = encrypted_ ? ::SSL_read(ssl_, bytes.data(), capacity)
                                  : static_cast<int>(::recv(socket_, bytes.data(), bytes.size(), 0));
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

std::string ServerConnection::read_request()
{
    std::string request;
    for (;;) {
        auto const bytes = read_some();
        if (bytes.empty()) return {};
        request += bytes;
        auto const end = request.find("\r\n\r\n");
        if (end != std::string::npos && request.size() >= end + 4 + content_length(request.substr(0, end)))
            return request;
    }
}

bool ServerConnection::write(std::string_view bytes)
{
    if (encrypted_) return bytes.empty() || ::SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
    return ::send(socket_, bytes.data(), bytes.size(), 0) >= 0;
}

void ServerConnection::close_notify()
{
    ::SSL_shutdown(ssl_);
}

void ServerConnection::end_writing()
{
    if (encrypted_) ::SSL_shutdown(ssl_);
    ::shutdown(socket_, SHUT_WR);
}

void ServerConnection::reset()
{
    linger const at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void ServerConnection::stall()
{
    std::array<char, 4096> ignored{};
    while (wait_readable(socket_, stop_) && ::recv(socket_, ignored.data(), ignored.size(), 0) > 0) {
    }
}

void ServerConnection::stall_unread()
{
    wait_ready(socket_, POLLRDHUP, stop_);
}

bool ServerConnection::client_left_within(std::chrono::milliseconds time)
{
    pollfd fd{socket_, POLLIN, 0};
    return ::poll(&fd, 1, static_cast<int>(time.count())) != 0;
}

TlsServer::TlsServer(KeyedCertificate const& certificate, Script script, Options const& options)
    : context_{::SSL_CTX_new(::TLS_server_method()), ::SSL_CTX_free}, address_{options.address}
{
    set_protocol(*context_, options);
    use_certificate(*context_, certificate);

    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* info = nullptr;
    if (::getaddrinfo(address_.c_str(), "0", &hints, &info) != 0) throw std::runtime_error{"not an address"};
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> const owner{info, ::freeaddrinfo};
    listener_ = checked(::socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    checked(::bind(listener_, info->ai_addr, info->ai_addrlen), "bind");
    checked(::listen(listener_, 16), "listen");
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    checked(::getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &length), "getsockname");
    std::array<char, 8> service{};
    ::getnameinfo(reinterpret_cast<sockaddr*>(&bound), length, nullptr, 0, service.data(), service.size(),
                  NI_NUMERICSERV);
    port_ = static_cast<std::uint16_t>(std::stoi(service.data()));

    stop_ = checked(::eventfd(0, EFD_CLOEXEC), "eventfd");
    thread_ = std::thread{[this, script = std::move(script)] { run(script); }};
}

TlsServer::TlsServer(KeyedCertificate const& certificate, Script script)
    : TlsServer{certificate, std::move(script), Options{}}
{
}

TlsServer::~TlsServer()
{
    ::eventfd_write(stop_, 1);
    thread_.join();
    ::close(listener_);
    ::close(stop_);
}

std::string TlsServer::url(std::string_view target) const
{
    return "https://127.0.0.1:" + std::to_string(port_) + std::string{target};
}

void TlsServer::run(Script const& script)
{
    // OpenSSL writes to sockets whose other end may be gone.
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (wait_readable(listener_, stop_)) {
        auto const socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        ServerConnection connection{socket, *context_, stop_};
        script(connection);
    }
}

} // namespace usaged::test
