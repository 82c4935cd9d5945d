#pragma once

#include <array>
#include <cerrno>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>

namespace usaged::test {

/// A terminal without anybody before it, which takes bytes as they are.
class Terminal {
public:
    explicit Terminal(unsigned short columns)
    {
        termios raw{};
        ::cfmakeraw(&raw);
        winsize const size{24, columns, 0, 0};
        if (::openpty(&screen_, &descriptor_, nullptr, &raw, &size) != 0)
            throw std::system_error{errno, std::generic_category(), "openpty"};
    }
    Terminal(Terminal const&) = delete;
    Terminal& operator=(Terminal const&) = delete;
    ~Terminal()
    {
        ::close(screen_);
        ::close(descriptor_);
    }

    int descriptor() const { return descriptor_; }

    void resize(unsigned short columns) const
    {
        winsize const size{24, columns, 0, 0};
        ::ioctl(descriptor_, TIOCSWINSZ, &size);
    }

    /// All that was written since the last time. Throws std::runtime_error if it does not end.
    std::string written() const
    {
        constexpr char end = '\0'; // nobody else writes it, so what comes before it is complete
        constexpr int patience_ms = 10'000;
        std::string text;
        for (bool asked = false;;) {
            // A full terminal takes the end only when some of it was read.
            std::array<pollfd, 2> ready{pollfd{screen_, POLLIN, 0}, pollfd{asked ? -1 : descriptor_, POLLOUT, 0}};
            if (::poll(ready.data(), ready.size(), patience_ms) <= 0)
                throw std::runtime_error{"what was written to the terminal does not end"};
            if ((ready[1].revents & POLLOUT) != 0) asked = ::write(descriptor_, &end, 1) == 1;
            if ((ready[0].revents & POLLIN) == 0) continue;
            std::array<char, 4096> bytes{};
            auto const count = ::read(screen_, bytes.data(), bytes.size());
            if (count > 0) text.append(bytes.data(), static_cast<std::size_t>(count));
            if (!text.empty() && text.back() == end) break;
        }
        text.pop_back();
        return text;
    }

private:
    int screen_ = -1;
    int descriptor_ = -1;
};

} // namespace usaged::test
