#pragma once

#include "tests/process/installation.h"

#include <string>
#include <string_view>

namespace usaged::test {

/// What the doctor said: its lines without the configuration before them.
struct Diagnosis {
    int status = 0;
    std::string text;

    /// Whether a line begins so.
    bool says(std::string_view beginning) const { return ('\n' + text).find('\n' + std::string{beginning}) != npos; }
    bool mentions(std::string_view words) const { return text.find(words) != npos; }

    static constexpr auto npos = std::string::npos;
};

/// What `usaged check --online` makes of the installation. It has to leave standard error alone.
Diagnosis diagnose(Installation const& site);

/// Checks that one thing is wrong, in a line that begins so, and that `remedy` is in what to do about it.
void check_failure(Diagnosis const& diagnosis, int status, std::string_view beginning, std::string_view remedy);

} // namespace usaged::test
