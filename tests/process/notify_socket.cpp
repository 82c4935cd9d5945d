#include "tests/process/notify_socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace usaged::test {

NotifySocket::NotifySocket(std::filesystem::path path)
    : path_{std::move(path)}, socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)}, stop_{::eventfd(0, EFD_CLOEXEC)}
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    auto const text = path_.string();
    if (text.size() >= sizeof(address.sun_path)) throw std::runtime_error{text + " is too long for a socket"};
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    if (::bind(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof(address)) != 0)
        throw std::system_error{errno, std::generic_category(), text};
    receiver_ = std::thread{[this] { receive(); }};
}

NotifySocket::~NotifySocket()
{
    std::uint64_t const one = 1;
    // An eventfd that is read by one thread takes it.
    static_cast<void>(::write(stop_, &one, sizeof(one)) == sizeof(one));
    receiver_.join();
    ::unlink(path_.c_str());
    ::close(socket_);
    ::close(stop_);
}

std::string NotifySocket::wait_for(std::string_view beginning)
{
    std::unique_lock lock{mutex_};
    auto const found = [&] {
        while (position_ < messages_.size())
            if (messages_[position_++].starts_with(beginning)) return true;
        return false;
    };
    if (!arrived_.wait_for(lock, std::chrono::seconds{30}, found))
        throw std::runtime_error{"usaged did not notify " + std::string{beginning}};
    return messages_[position_ - 1];
}

bool NotifySocket::received(std::string_view beginning)
{
    std::lock_guard const lock{mutex_};
    return std::any_of(messages_.begin(), messages_.end(),
                       [beginning](std::string const& message) { return message.starts_with(beginning); });
}

// All of them at once, not only when somebody waits: the sender blocks when the socket's short queue is full.
void NotifySocket::receive()
{
    std::array<pollfd, 2> waited{{{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    std::array<char, 4096> buffer{};
    for (;;) {
        ::poll(waited.data(), waited.size(), -1);
        if (waited[1].revents != 0) return;
        auto const size = ::recv(socket_, buffer.data(), buffer.size(), 0);
        if (size < 0) continue;
        std::lock_guard const lock{mutex_};
        messages_.emplace_back(buffer.data(), static_cast<std::size_t>(size));
        arrived_.notify_all();
    }
}

} // namespace usaged::test
