#pragma once

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
