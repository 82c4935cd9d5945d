#include "tests/support/tcp_client.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace usaged::test {
namespace {

/// Either family's.
struct Address {
    Address(char const* text, std::uint16_t port)
    {
        if (::inet_pton(AF_INET, text, &v4.sin_addr) != 1) {
            family = AF_INET6;
            size = sizeof v6;
            ::inet_pton(AF_INET6, text, &v6.sin6_addr);
        }
        v4.sin_port = v6.sin6_port = htons(port);
        v4.sin_family = AF_INET;
        v6.sin6_family = AF_INET6;
    }

    sockaddr const* get() const
    {
        return family == AF_INET ? reinterpret_cast<sockaddr const*>(&v4) : reinterpret_cast<sockaddr const*>(&v6);
    }

    int family = AF_INET;
    socklen_t size = sizeof(sockaddr_in);
    sockaddr_in v4{};
    sockaddr_in6 v6{};
};

} // namespace

TcpClient::TcpClient(std::uint16_t port, char const* address)
{
    Address const server{address, port};
    socket_ = ::socket(server.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket_, server.get(), server.size) == 0) return;
    auto const error = errno;
    ::close(socket_);
    throw std::system_error{error, std::generic_category(), "port " + std::to_string(port)};
}

TcpClient::~TcpClient()
{
    ::close(socket_);
}

void TcpClient::send(std::string_view bytes) const
{
    ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string TcpClient::read() const
{
    std::string bytes;
    std::array<char, 4096> buffer{};
    for (;;) {
        auto const size = ::recv(socket_, buffer.data(), buffer.size(), 0);
        if (size <= 0) return bytes;
        bytes.append(buffer.data(), static_cast<std::size_t>(size));
    }
}

bool TcpClient::closed() const
{
    std::array<char, 4096> buffer{};
    ssize_t size = 1;
    while (size > 0) size = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

std::string ask(std::uint16_t port, std::string_view request)
{
    TcpClient const client{port};
    client.send(request);
    return client.read();
}

} // namespace usaged::test
