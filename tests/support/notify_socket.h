#pragma once

#include "tests/support/environment_variable.h"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace usaged::test {

/// What systemd listens on: a datagram socket, here with a name outside the file system.
class NotifySocket {
public:
    NotifySocket() : descriptor_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)}
    {
        ::sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path + 1, name_.data(), name_.size());
        auto const size = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + 1 + name_.size());
        REQUIRE(::bind(descriptor_, reinterpret_cast<::sockaddr const*>(&address), size) == 0);
    }
    ~NotifySocket() { ::close(descriptor_); }
    NotifySocket(NotifySocket const&) = delete;

    /// The next message, empty if there is none.
    std::string receive() const
    {
        std::array<char, 4096> buffer{};
        auto const count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
        return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string{};
    }

private:
    std::string name_ = "usaged-notify-" + std::to_string(::getpid());
    int descriptor_;
    EnvironmentVariable environment_{"NOTIFY_SOCKET", "@" + name_};
};

} // namespace usaged::test
