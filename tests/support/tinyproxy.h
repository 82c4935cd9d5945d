#pragma once

#include "tests/support/background_program.h"
#include "tests/support/temp_dir.h"

#include <cstdint>
#include <optional>
#include <string>

namespace usaged::test {

/// The HTTP proxy of that name on a free port of 127.0.0.1, for clients on this computer.
class Tinyproxy {
public:
    struct Options {
        std::string user = {}; ///< for Basic authentication; empty: none is asked for
        std::string password = {};
        std::uint16_t only_port = 0; ///< that CONNECT is allowed to; 0: any
    };

    /// Listens when the constructor returns. Throws std::runtime_error, also if it is not installed.
    explicit Tinyproxy(Options const& options);
    Tinyproxy() : Tinyproxy{Options{}} {}
    Tinyproxy(Tinyproxy const&) = delete;
    Tinyproxy& operator=(Tinyproxy const&) = delete;

    /// "http://127.0.0.1:PORT"
    std::string url() const;

    /// What it has logged so far: a line `Request (…): CONNECT HOST:PORT HTTP/1.1` for each request.
    std::string log() const;

private:
    bool start(Options const& options);

    TempDir directory_;
    std::uint16_t port_ = 0;
    std::optional<BackgroundProgram> process_;
};

} // namespace usaged::test
