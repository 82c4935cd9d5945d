#include "tests/process/installation.h"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace usaged::test {
namespace {

constexpr uid_t nobody = 65534;
constexpr gid_t readers = 54321;

constexpr int may_not_change_user = 77;

/// Counts the rows as a user who may do nothing but what the group of the database may. Returns their number, or -1.
int rows_seen_by_group(std::filesystem::path const& database)
{
    auto const child = ::fork();
    if (child == 0) {
        if (::setgroups(0, nullptr) != 0 || ::setgid(readers) != 0 || ::setuid(nobody) != 0)
            ::_exit(may_not_change_user);
        try {
            ::_exit(std::stoi(query(database, "SELECT count(*) FROM latest_partner_licenses_usage").front()));
        } catch (std::exception const&) {
            ::_exit(99);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) < may_not_change_user ? WEXITSTATUS(status) : -1;
}

/// As the package makes them: the state is for the owner and a group of readers. Only root can set that up.
void open_for_readers(Installation const& site)
{
    std::filesystem::permissions(site.directory.path(), std::filesystem::perms{0755});
    REQUIRE(::chown(site.state().c_str(), 0, readers) == 0);
    REQUIRE(::chmod(site.state().c_str(), 02750) == 0);
}

} // namespace

TEST_CASE("members of the group read the database while the daemon runs" * doctest::skip(::geteuid() != 0))
{
    Installation const site;
    open_for_readers(site);
    Daemon daemon{site};
    daemon.wait_until_idle();
    CHECK(rows_seen_by_group(site.database()) == 5);
}

TEST_CASE("members of the group read the database while the daemon is stopped" * doctest::skip(::geteuid() != 0))
{
    Installation const site;
    open_for_readers(site);
    Daemon daemon{site};
    daemon.wait_until_idle();
    REQUIRE(daemon.stop().status == 0);
    CHECK(rows_seen_by_group(site.database()) == 5);
}

TEST_CASE("members of the group read the database after the daemon was killed" * doctest::skip(::geteuid() != 0))
{
    Installation site;
    open_for_readers(site);
    Daemon daemon{site};
    daemon.wait_until_idle();
    site.simulator.script(Endpoint::usage, no_answer(Ending::stall));
    daemon.process.signal(SIGUSR1);
    site.simulator.wait_for_requests(Endpoint::usage, 2);
    daemon.process.signal(SIGKILL);
    daemon.process.wait();
    CHECK(rows_seen_by_group(site.database()) == 5);
}

TEST_CASE("a user who is not of the group reads nothing" * doctest::skip(::geteuid() != 0))
{
    Installation const site;
    open_for_readers(site);
    REQUIRE(site.fetch().status == 0);
    REQUIRE(::chown(site.state().c_str(), 0, readers + 1) == 0);
    CHECK(rows_seen_by_group(site.database()) == -1);
}

} // namespace usaged::test
