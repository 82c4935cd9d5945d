#include "tests/process/installation.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;
// The unit has a user already: its filter of system calls, under which the tests may run, lets nobody change it.
bool const no_root = ::geteuid() != 0 || std::getenv("USAGED_TEST_LAUNCHER") != nullptr;

/// An installation of root's whose state directory belongs to another user, and whose secrets only root can read.
struct SystemSite {
    explicit SystemSite(std::map<std::string, std::string> overrides = {})
        : site{with_credentials(std::move(overrides))}
    {
        ::chmod(site.directory.path().c_str(), 0755);
        REQUIRE(::chown(site.state().c_str(), nobody, nobody) == 0);
    }

    static std::map<std::string, std::string> with_credentials(std::map<std::string, std::string> overrides)
    {
        overrides["partner_center.refresh_token"] = "{credential: refresh_token}";
        overrides["partner_center.client_secret"] = "{credential: client_secret}";
        return overrides;
    }

    Installation site;
};

} // namespace

TEST_CASE(
    "started as root, fetch goes on as the user of the state directory, with the credentials that only root reads" *
    doctest::skip(no_root))
{
    SystemSite const system;
    auto const& site = system.site;
    auto const ended = site.fetch();
    CAPTURE(ended.log);
    REQUIRE(ended.status == 0);
    CHECK(site.stored_rows().size() == 5);
    for (auto const& entry : fs::directory_iterator{site.state()}) {
        struct ::stat facts {};
        REQUIRE(::stat(entry.path().c_str(), &facts) == 0);
        CAPTURE(entry.path().string());
        CHECK(facts.st_uid == nobody);
    }
    CHECK(site.fetch().status == 0);
    CHECK(site.usaged({"replay"}).status == 0);
    CHECK(site.usaged({"check", "--online"}).status == 0);
}

TEST_CASE("a process that root started for another user has kept no right of root's" * doctest::skip(no_root))
{
    SystemSite system;
    auto& site = system.site;
    site.simulator.script(Endpoint::usage, no_answer(Ending::stall));
    auto process = site.start({"fetch"});
    site.simulator.wait_for_requests(Endpoint::usage, 1);
    auto const facts = read_file("/proc/" + std::to_string(process.pid()) + "/status");
    for (auto const* name : {"Uid", "Gid"})
        CHECK(facts.find(std::string{name} + ":\t65534\t65534\t65534\t65534\n") != std::string::npos);
    CHECK(facts.find("CapEff:\t0000000000000000\n") != std::string::npos);
    CHECK(facts.find("CapPrm:\t0000000000000000\n") != std::string::npos);
}

TEST_CASE("a credential that is not beside the configuration is missed by name, with what to do" *
          doctest::skip(no_root))
{
    SystemSite const system;
    fs::remove(system.site.directory.path() / "client_secret");
    auto const ended = system.site.fetch();
    CHECK(ended.status == 78);
    CHECK(ended.log.find("partner_center.client_secret: there are no systemd credentials here") != std::string::npos);
    CHECK(ended.log.find("sudo install -m 0600 /dev/stdin /etc/usaged/client_secret") != std::string::npos);
}

TEST_CASE("a state directory that is not there yet is made as its user's" * doctest::skip(no_root))
{
    SystemSite const system;
    auto const& site = system.site;
    auto const account = site.state() / "contoso";
    site.configure(SystemSite::with_credentials({{"state_dir", account.string()}, {"storage.sqlite", ""}}));
    auto const ended = site.fetch();
    CAPTURE(ended.log);
    CHECK(ended.status == 0);
    struct ::stat facts {};
    REQUIRE(::stat(account.c_str(), &facts) == 0);
    CHECK(facts.st_uid == nobody);
    CHECK((facts.st_mode & 0777) == 0750);
    CHECK(fs::exists(account / "usage.db"));
}

TEST_CASE("root follows no link that another user has planted for a state directory" * doctest::skip(no_root))
{
    SystemSite const system;
    auto const& site = system.site;
    auto const account = site.state() / "contoso";
    TempDir const elsewhere;
    fs::create_directory_symlink(elsewhere.path(), account);
    REQUIRE(::lchown(account.c_str(), nobody, nobody) == 0);
    site.configure(SystemSite::with_credentials({{"state_dir", account.string()}, {"storage.sqlite", ""}}));
    CHECK(site.fetch().status == 74);
    CHECK(fs::is_empty(elsewhere.path()));
}

TEST_CASE("a state directory of root's stays root's" * doctest::skip(no_root))
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    struct ::stat facts {};
    REQUIRE(::stat(site.database().c_str(), &facts) == 0);
    CHECK(facts.st_uid == 0);
}

} // namespace usaged::test
