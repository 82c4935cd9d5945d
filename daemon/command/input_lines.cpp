#include "daemon/command/input_lines.h"

#include "daemon/secret/secret.h"

#include <boost/asio/use_awaitable.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <unistd.h>

namespace usaged {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_line = 65536;
constexpr std::size_t chunk_size = 4096;

/// Whether epoll can tell when there is something to read. Of files it cannot: reading them never waits.
bool watch(int epoll, int descriptor)
{
    epoll_event event{};
    event.events = EPOLLIN;
    return ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

} // namespace

// Asio would make the descriptor itself non-blocking, and so it would stay for everybody who shares the terminal.
InputLines::InputLines(asio::any_io_executor const& executor, int descriptor)
    : descriptor_{descriptor},
      readiness_{executor, ::epoll_create1(EPOLL_CLOEXEC)}, may_wait_{watch(readiness_.native_handle(), descriptor)}
{
    pending_.reserve(longest_line + chunk_size); // growing would leave copies of a secret behind
}

InputLines::~InputLines()
{
    wipe(pending_);
}

asio::awaitable<std::optional<std::string>> InputLines::next()
{
    for (;;) {
        while (auto line = take_line())
            if (!line->empty()) co_return line;
        if (at_end_) co_return std::nullopt;
        if (may_wait_) co_await readiness_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
        read_some();
    }
}

std::optional<std::string> InputLines::take_line()
{
    auto end = pending_.find('\n');
    if (end == std::string::npos && at_end_) end = pending_.size();
    if (end == std::string::npos || pending_.empty()) return std::nullopt;
    auto line = pending_.substr(0, end);
    if (line.ends_with('\r')) line.pop_back();
    auto const used = std::min(end + 1, pending_.size());
    std::fill_n(pending_.begin(), used, '\0');
    pending_.erase(0, used);
    return line;
}

void InputLines::read_some()
{
    std::array<char, chunk_size> chunk{};
    auto const size = ::read(descriptor_, chunk.data(), chunk.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (size <= 0) {
        at_end_ = true;
        return;
    }
    if (pending_.size() > longest_line) wipe(pending_);
    pending_.append(chunk.data(), static_cast<std::size_t>(size));
    ::OPENSSL_cleanse(chunk.data(), chunk.size());
}

} // namespace usaged
