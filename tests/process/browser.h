#pragma once

#include "tests/simulator/simulator.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace usaged::test {

/// What a browser with a person in front of it does, as far as HTTP shows.
class Browser {
public:
    /// `simulator`: the one whose certificate it trusts.
    explicit Browser(Simulator const& simulator) : simulator_{simulator} {}

    /// Opens the page of the simulator, presses its button, and says where it is sent.
    std::string sign_in(std::string const& url) const;

    /// What a page of `http://localhost:PORT` says. Throws std::runtime_error if nobody listens there.
    struct Page {
        int status = 0;
        std::string text; ///< head and body
    };
    static Page open(std::string const& url);

private:
    Simulator const& simulator_;
};

/// Whether there is a real one, and what it shows in the end when it is sent to `url`: the document as HTML. `profile`
/// is a directory for it alone.
std::filesystem::path const chromium{"/usr/bin/chromium"};
std::string dump_with_chromium(std::string const& url, std::filesystem::path const& profile);

/// What a command of the shell writes to its end.
std::string output_of(std::string const& command);

} // namespace usaged::test
