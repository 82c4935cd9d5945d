#include "storage/instance_lock.h"
#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <pwd.h>
#include <unistd.h>

namespace usaged::test {

namespace fs = std::filesystem;

TEST_CASE("a second instance is refused with the process id of the first, which is not disturbed")
{
    TempDir dir;
    InstanceLock const first{dir.path(), dir.path() / "usage.db"};
    auto const before = contents(dir.path());
    auto const error = error_of([&] { InstanceLock{dir.path(), dir.path() / "usage.db"}; });
    CHECK(error.category() == ErrorCategory::locked);
    CHECK(std::string{error.what()}.find("process " + std::to_string(::getpid()) + " ") != std::string::npos);
    CHECK(!error.remedy().empty());
    CHECK((contents(dir.path()) == before));
}

TEST_CASE("the lock goes with its holder, however that ends")
{
    TempDir dir;
    auto const killed = in_child([&] {
        InstanceLock const lock{dir.path(), dir.path() / "usage.db"};
        ::_exit(0); // without destructors
    });
    REQUIRE(killed == 0);
    REQUIRE(fs::exists(dir.path() / "lock"));
    {
        InstanceLock const lock{dir.path(), dir.path() / "usage.db"};
        CHECK(read_file(dir.path() / "lock") == std::to_string(::getpid()) + "\n");
    }
    CHECK_NOTHROW(InstanceLock{dir.path(), dir.path() / "usage.db"});
}

TEST_CASE("a file that was left behind with a longer number is no obstacle")
{
    TempDir dir;
    write_file(dir.path() / "lock", "99999999999\nand more\n");
    InstanceLock const lock{dir.path(), dir.path() / "usage.db"};
    CHECK(read_file(dir.path() / "lock") == std::to_string(::getpid()) + "\n");
}

TEST_CASE("two state directories cannot share one database")
{
    TempDir one;
    TempDir two;
    TempDir data;
    InstanceLock const first{one.path(), data.path() / "usage.db"};
    CHECK(error_of([&] { InstanceLock{two.path(), data.path() / "usage.db"}; }).category() == ErrorCategory::locked);
    CHECK_NOTHROW(InstanceLock{two.path(), data.path() / "other.db"});
}

TEST_CASE("a state directory that is missing is named")
{
    TempDir dir;
    auto const error = error_of([&] { InstanceLock{dir.path() / "missing", dir.path() / "usage.db"}; });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(std::string{error.what()}.find((dir.path() / "missing" / "lock").string()) == 0);
}

TEST_CASE("root does not write into the state directory of another user" * doctest::skip(::geteuid() != 0))
{
    TempDir const dir;
    passwd const* const nobody = ::getpwnam("nobody");
    REQUIRE(nobody != nullptr);
    REQUIRE(::chown(dir.path().c_str(), nobody->pw_uid, nobody->pw_gid) == 0);
    auto const error = error_of([&] { InstanceLock const lock{dir.path(), dir.path() / "usage.db"}; });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(error.remedy().find("sudo -u nobody usaged") != std::string::npos);
    CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("the process that holds the lock is at work")
{
    TempDir const dir;
    {
        LockFile const lock{dir.path() / "lock"};
        CHECK(process_at_work(dir.path()) == ::getpid());
    }
    CHECK_FALSE(process_at_work(dir.path()));
}

TEST_CASE("a lock file that was left behind, or names a process that holds another lock, is no process at work")
{
    TempDir const dir;
    CHECK_FALSE(process_at_work(dir.path()));
    TempDir const other;
    LockFile const held_elsewhere{other.path() / "lock"};
    for (auto const& text : {std::string{}, std::string{"usaged\n"}, std::string{"0\n"},
                             std::string{"99999999999999999999\n"}, std::to_string(::getpid()) + "\n"}) {
        CAPTURE(text);
        write_file(dir.path() / "lock", text);
        CHECK_FALSE(process_at_work(dir.path()));
    }
}

} // namespace usaged::test
