#pragma once

#include "tests/support/temp_dir.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/mount.h>
#include <utility>

namespace usaged::test {

/// A file system of 16 MiB on a directory, while the object lives. Only root may mount one.
class SmallFileSystem {
public:
    explicit SmallFileSystem(std::filesystem::path directory) : directory_{std::move(directory)}
    {
        mounted_ = ::mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=16m,mode=0755") == 0;
    }
    SmallFileSystem(SmallFileSystem const&) = delete;
    SmallFileSystem& operator=(SmallFileSystem const&) = delete;
    ~SmallFileSystem()
    {
        if (mounted_) ::umount2(directory_.c_str(), MNT_DETACH);
    }

    bool mounted() const { return mounted_; }

    /// Whether this process may mount one: root in a container may not.
    static bool possible()
    {
        TempDir const directory;
        return SmallFileSystem{directory.path()}.mounted();
    }

    void fill() const
    {
        std::ofstream filler{directory_ / "filler", std::ios::binary};
        std::string const page(4096, 'x');
        while (filler.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
        }
    }
    void make_room() const { std::filesystem::remove(directory_ / "filler"); }

private:
    std::filesystem::path directory_;
    bool mounted_ = false;
};

} // namespace usaged::test
