#include "config/load_config.h"
#include "tests/fuzz/fuzz.h"

#include <cstdlib>
#include <optional>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

namespace usaged::test {
namespace {

/// A file that is in memory only.
class MemoryFile {
public:
    MemoryFile() : fd_{::memfd_create("usaged.yaml", MFD_CLOEXEC)} { require(fd_ >= 0, "there is a file in memory"); }
    MemoryFile(MemoryFile const&) = delete;
    MemoryFile& operator=(MemoryFile const&) = delete;
    ~MemoryFile() { ::close(fd_); }

    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(fd_); }

    void write(std::string_view text) const
    {
        require(::ftruncate(fd_, 0) == 0, "the file can be emptied");
        require(::pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()), "it can be written");
    }

private:
    int fd_;
};

/// Nothing if the file is refused, in lines that each name the file.
std::optional<Config> load(std::string_view text)
{
    static MemoryFile const file;
    file.write(text);
    try {
        return load_config(file.path());
    } catch (Error const& error) {
        require(error.category() == ErrorCategory::config, "what is wrong with a configuration is of that category");
        std::istringstream lines{error.what()};
        for (std::string line; std::getline(lines, line);)
            require(is_presentable(line) && line.starts_with(file.path().string()),
                    "a complaint is a presentable line");
        return std::nullopt;
    }
}

} // namespace

/// Called once, first.
extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    ::unsetenv("STATE_DIRECTORY");
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto const config = load(text_of(data, size));
    if (!config) return 0;
    require(!config->datasets.empty(), "there is something to fetch");
    require(config->partner_center.base_url.starts_with("https://"), "nothing but https");
    auto const shown = to_yaml(*config);
    auto const again = load(shown);
    require(again.has_value() && to_yaml(*again) == shown, "what is shown is read to the same configuration");
    return 0;
}

} // namespace usaged::test
