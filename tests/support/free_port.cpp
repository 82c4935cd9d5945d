#include "tests/support/free_port.h"

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace usaged::test {

std::uint16_t free_port()
{
    auto const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    auto const bound = ::bind(socket, any, length) == 0 && ::getsockname(socket, any, &length) == 0;
    auto const error = errno;
    ::close(socket);
    if (!bound) throw std::system_error{error, std::generic_category(), "a free port"};
    return ntohs(address.sin_port);
}

} // namespace usaged::test
