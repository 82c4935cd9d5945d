#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace usaged::test {

/// The service manager's end of sd_notify(3).
class NotifySocket {
public:
    /// Makes a socket of that path, for $NOTIFY_SOCKET.
    explicit NotifySocket(std::filesystem::path path);
    NotifySocket(NotifySocket const&) = delete;
    NotifySocket& operator=(NotifySocket const&) = delete;
    ~NotifySocket();

    std::string path() const { return path_.string(); }

    /// Blocks until a message begins with that text, after the one that the last call returned. Throws
    /// std::runtime_error after 30 s.
    std::string wait_for(std::string_view beginning);

    /// Whether a message so far begins with that text.
    bool received(std::string_view beginning);

private:
    void receive();

    std::filesystem::path path_;
    int socket_ = -1;
    int stop_ = -1;
    std::size_t position_ = 0; ///< of the messages, where wait_for goes on
    std::mutex mutex_;         ///< of the messages
    std::condition_variable arrived_;
    std::vector<std::string> messages_;
    std::thread receiver_;
};

} // namespace usaged::test
