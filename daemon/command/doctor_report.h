#pragma once

#include "daemon/fault/error.h"

#include <iosfwd>
#include <string>
#include <string_view>

namespace usaged {

/// What `usaged check --online` prints: a line for each check as soon as it is known, and below it what to do.
class DoctorReport {
public:
    explicit DoctorReport(std::ostream& out) : out_{out} {}

    void ok(std::string_view check, std::string const& found);
    /// Something that works today and may not tomorrow.
    void warn(std::string_view check, std::string const& found, std::string const& remedy);
    void fail(std::string_view check, Error const& error);
    /// A check that could not be made.
    void skip(std::string_view check, std::string const& reason);

    /// That of the first failure; 0 if there is none.
    int exit_status() const { return exit_status_; }

private:
    void line(std::string_view verdict, std::string_view check, std::string_view text);
    void what_to_do(std::string const& remedy);

    std::ostream& out_;
    int exit_status_ = 0;
};

} // namespace usaged
