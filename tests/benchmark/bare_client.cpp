#include "tests/benchmark/bare_client.h"

#include "tests/support/release.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

namespace usaged::test {

namespace {

constexpr std::size_t padding = 64;

void require(bool done, char const* what)
{
    if (!done) throw std::runtime_error{what};
}

/// `text` with that size, and room for the padding.
void resize(std::string& text, std::size_t size)
{
    text.reserve(size + padding);
    text.resize(size);
}

class Socket {
public:
    explicit Socket(std::uint16_t port) : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto const connected = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        if (!connected) ::close(descriptor_);
        require(connected, "no connection");
        int const on = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    Socket(Socket const&) = delete;
    Socket& operator=(Socket const&) = delete;
    ~Socket() { ::close(descriptor_); }

    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// Of a header whose name is given in lower case and with its colon; empty if there is none.
std::string_view header(std::string_view head, std::string_view name)
{
    for (auto line = head; !line.empty();) {
        auto const end = line.find("\r\n");
        if (end > name.size() && ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
            auto value = line.substr(name.size(), end - name.size());
            value.remove_prefix(std::min(value.size(), value.find_first_not_of(' ')));
            return value;
        }
        line.remove_prefix(end == std::string_view::npos ? line.size() : end + 2);
    }
    return {};
}

} // namespace

class BareClient::Impl {
public:
    Impl(std::uint16_t port, std::filesystem::path const& ca_file) : socket_{port}
    {
        require(::SSL_CTX_load_verify_file(context_.get(), ca_file.c_str()) == 1, "the CA cannot be read");
        ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        session_.reset(::SSL_new(context_.get()));
        ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session_.get()), "127.0.0.1");
        ::SSL_set_fd(session_.get(), socket_.descriptor());
        require(::SSL_connect(session_.get()) == 1, "no TLS handshake");
        // 15 bits of window and 16 for the gzip format.
        require(::inflateInit2(&inflater_, 15 + 16) == Z_OK, "no zlib");
    }
    Impl(Impl const&) = delete;
    Impl& operator=(Impl const&) = delete;
    ~Impl() { ::inflateEnd(&inflater_); }

    std::string const& exchange(std::string const& request)
    {
        auto const size = static_cast<int>(request.size());
        require(::SSL_write(session_.get(), request.data(), size) == size, "the request cannot be sent");
        auto const head = read_head();
        require(head.starts_with("HTTP/1.1 200"), "the answer has another status than 200");
        auto const length = header(head, "content-length:");
        std::size_t bytes = 0;
        auto const parsed = std::from_chars(length.data(), length.data() + length.size(), bytes);
        require(parsed.ec == std::errc{}, "the answer has no Content-Length");
        read_body(bytes);
        if (header(head, "content-encoding:").empty()) return body_;
        inflate();
        return inflated_;
    }

private:
    std::size_t read_some(char* to, std::size_t size)
    {
        auto const count = ::SSL_read(session_.get(), to, static_cast<int>(size));
        require(count > 0, "the connection broke");
        return static_cast<std::size_t>(count);
    }

    std::string read_head()
    {
        std::string head;
        for (;;) {
            head.append(buffer_.data(), read_some(buffer_.data(), buffer_.size()));
            auto const end = head.find("\r\n\r\n");
            if (end == std::string::npos) continue;
            body_.assign(head, end + 4);
            head.resize(end + 2);
            return head;
        }
    }

    void read_body(std::size_t size)
    {
        auto received = body_.size();
        resize(body_, size);
        while (received < size) received += read_some(body_.data() + received, size - received);
    }

    void inflate()
    {
        ::inflateReset(&inflater_);
        inflater_.next_in = reinterpret_cast<Bytef*>(body_.data());
        inflater_.avail_in = static_cast<uInt>(body_.size());
        if (inflated_.size() < 8 * body_.size()) resize(inflated_, 8 * body_.size());
        std::size_t done = 0;
        for (auto result = Z_OK; result != Z_STREAM_END;) {
            inflater_.next_out = reinterpret_cast<Bytef*>(inflated_.data()) + done;
            inflater_.avail_out = static_cast<uInt>(inflated_.size() - done);
            result = ::inflate(&inflater_, Z_NO_FLUSH);
            require(result == Z_OK || result == Z_STREAM_END, "the gzip is damaged");
            done = inflated_.size() - inflater_.avail_out;
            if (result == Z_OK) resize(inflated_, 2 * inflated_.size());
        }
        resize(inflated_, done);
    }

    std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>> context_{::SSL_CTX_new(::TLS_client_method())};
    Socket socket_;
    std::unique_ptr<SSL, Release<SSL_free>> session_;
    z_stream inflater_{};
    std::array<char, 16384> buffer_{};
    std::string body_;
    std::string inflated_;
};

BareClient::BareClient(std::uint16_t port, std::filesystem::path const& ca_file)
    : impl_{std::make_unique<Impl>(port, ca_file)}
{
}

BareClient::~BareClient() = default;

std::string const& BareClient::exchange(std::string const& request)
{
    return impl_->exchange(request);
}

} // namespace usaged::test
