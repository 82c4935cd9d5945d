#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <optional>
#include <string>

namespace usaged {

/// The lines that arrive at a descriptor of whatever kind: a terminal, a pipe, a file, /dev/null. They may hold
/// secrets. The descriptor stays the caller's, and in the mode that it is in: the shell may share it.
class InputLines {
public:
    InputLines(boost::asio::any_io_executor const& executor, int descriptor);
    InputLines(InputLines const&) = delete;
    InputLines& operator=(InputLines const&) = delete;
    ~InputLines();

    /// The next line that is not empty, without its end; the caller wipes it. Nothing when no more will come. Lines
    /// beyond 64 KiB are dropped.
    boost::asio::awaitable<std::optional<std::string>> next();

private:
    std::optional<std::string> take_line();
    void read_some();

    int descriptor_;
    boost::asio::posix::stream_descriptor readiness_; ///< an epoll instance that watches the descriptor
    bool may_wait_;
    bool at_end_ = false;
    std::string pending_; ///< what was read of the line so far
};

} // namespace usaged
