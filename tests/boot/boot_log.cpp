#include "tests/boot/boot_log.h"

#include "tests/boot/booted_system.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <iostream>

namespace usaged::test {
namespace {

std::filesystem::path log_file()
{
    std::string name = doctest::getContextOptions()->currentTest->m_name;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
    auto const folder = boot_directory() / "log";
    std::filesystem::create_directories(folder);
    return folder / (name + ".log");
}

std::string indented(std::string_view text)
{
    std::string lines;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        lines += "    " + std::string{text.substr(0, end)} + '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

} // namespace

BootLog::BootLog() : file_{log_file()}, stream_{file_, std::ios::trunc}
{
    write(std::string{"== "} + doctest::getContextOptions()->currentTest->m_name + '\n');
}

void BootLog::command(std::string_view script, int status, std::string_view output)
{
    auto lines = "$ " + std::string{script} + '\n' + indented(output);
    if (status != 0) lines += "    (status " + std::to_string(status) + ")\n";
    write(lines);
}

void BootLog::remark(std::string_view words)
{
    write("# " + std::string{words} + '\n');
}

void BootLog::write(std::string const& lines)
{
    text_ += lines;
    stream_ << lines << std::flush;
    std::cout << lines << std::flush;
}

} // namespace usaged::test
