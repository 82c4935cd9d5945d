#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace usaged::test {

/// An empty directory of its own (mode 0700) for one test, removed with all that is in it.
class TempDir {
public:
    TempDir();
    TempDir(TempDir const&) = delete;
    TempDir& operator=(TempDir const&) = delete;
    ~TempDir();

    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// The file's bytes. Throws std::system_error, as `write_file` does.
std::string read_file(std::filesystem::path const& file);

/// Replaces the file's content; a new file gets `mode` whatever the umask says, an old one too.
void write_file(std::filesystem::path const& file, std::string_view content,
                std::filesystem::perms mode = std::filesystem::perms{0644});

} // namespace usaged::test
