#pragma once

#include <cerrno>
#include <pty.h>
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

    /// All that was written since the last time.
    std::string written() const
    {
        constexpr char end = '\0'; // nobody else writes it, so what comes before it is complete
        std::string text;
        if (::write(descriptor_, &end, 1) != 1) return text;
        for (char byte = ' '; ::read(screen_, &byte, 1) == 1 && byte != end;) text += byte;
        return text;
    }

private:
    int screen_ = -1;
    int descriptor_ = -1;
};

} // namespace usaged::test
