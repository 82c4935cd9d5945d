#include "tests/support/temp_dir.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace usaged::test {
namespace {

[[noreturn]] void fail(std::string const& what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

} // namespace

TempDir::TempDir()
{
    auto pattern = (std::filesystem::temp_directory_path() / "usaged-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) fail(pattern);
    path_ = pattern;
}

TempDir::~TempDir()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string read_file(std::filesystem::path const& file)
{
    std::ifstream in{file, std::ios::binary};
    if (!in) fail(file.string());
    return {std::istreambuf_iterator<char>{in}, {}};
}

void write_file(std::filesystem::path const& file, std::string_view content, std::filesystem::perms mode)
{
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    if (!out) fail(file.string());
    std::filesystem::permissions(file, mode);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) fail(file.string());
}

} // namespace usaged::test
