#include "daemon/command/doctor_report.h"

#include "daemon/fault/error_text.h"

#include <ostream>

namespace usaged {

namespace {

constexpr std::string_view indentation = "      ";

} // namespace

void DoctorReport::ok(std::string_view check, std::string const& found)
{
    line("ok    ", check, found);
}

void DoctorReport::warn(std::string_view check, std::string const& found, std::string const& remedy)
{
    line("warn  ", check, found);
    what_to_do(remedy);
}

void DoctorReport::fail(std::string_view check, Error const& error)
{
    if (exit_status_ == 0) exit_status_ = usaged::exit_status(error.category());
    line("FAIL  ", check, what_happened(error));
    if (!error.remedy().empty()) what_to_do(error.remedy());
}

void DoctorReport::skip(std::string_view check, std::string const& reason)
{
    line("skip  ", check, reason);
}

void DoctorReport::line(std::string_view verdict, std::string_view check, std::string_view text)
{
    out_ << verdict << check << ": ";
    for (char const c : text) {
        out_ << c;
        if (c == '\n') out_ << indentation;
    }
    out_ << std::endl;
}

void DoctorReport::what_to_do(std::string const& remedy)
{
    out_ << indentation << "→ " << remedy << std::endl;
}

} // namespace usaged
