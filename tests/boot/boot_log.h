#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace usaged::test {

/// What a test case did, to be read by people: on standard output, and in the folder `log` in a file of the test
/// case's name.
class BootLog {
public:
    BootLog();

    void command(std::string_view script, int status, std::string_view output);
    void remark(std::string_view words);

    std::filesystem::path const& file() const { return file_; }
    std::string const& text() const { return text_; } ///< all of it so far

private:
    void write(std::string const& lines);

    std::filesystem::path file_;
    std::ofstream stream_;
    std::string text_;
};

} // namespace usaged::test
