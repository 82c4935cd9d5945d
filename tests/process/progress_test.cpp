#include "tests/process/installation.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view erased = "\r\x1b[K";

/// What usaged makes of a terminal of that kind as standard error.
Ended on_terminal(Installation const& site, Lines const& arguments, std::string const& kind = "xterm")
{
    ProcessOptions options;
    options.on_terminal = true;
    options.environment["TERM"] = kind;
    return site.start(arguments, options).wait();
}

/// Whether there is anything of a bar: it alone moves the cursor.
bool has_bar(Ended const& ended)
{
    return ended.log.find_first_of("\r\x1b") != std::string::npos;
}

std::map<std::string, std::string> commercial()
{
    return {{"datasets", "[licenses_usage, licenses_deployment]"}};
}

} // namespace

TEST_CASE("fetch shows on a terminal how far it is, and takes that away")
{
    Installation const site{commercial()};
    auto const ended = on_terminal(site, {"fetch"});
    CHECK(ended.status == 0);
    CHECK(ended.log.find("\rlicenses_usage ") != std::string::npos);
    CHECK(ended.log.find("\rlicenses_deployment ") != std::string::npos);
    CHECK(ended.log.find(" rows") != std::string::npos);
    auto const end = ended.log.rfind(erased);
    REQUIRE(end != std::string::npos);
    CHECK(ended.log.find("\rlicenses", end) == std::string::npos);
    CHECK_FALSE(ended.output.empty());
}

TEST_CASE("fetch counts customers where it asks for each of them")
{
    Installation const site{{{"datasets", "[customer_licenses_usage]"}}};
    auto const ended = on_terminal(site, {"fetch"});
    CHECK(ended.status == 0);
    CHECK(ended.log.find(" customers ") != std::string::npos);
    CHECK(ended.log.find("[") != std::string::npos);
}

TEST_CASE("a line of the log on the terminal begins where no bar is")
{
    Installation const site{commercial()};
    auto const ended = on_terminal(site, {"fetch"});
    auto const committed = lines_with(ended.log, "snapshot_committed");
    REQUIRE(committed.size() == 2);
    for (auto const& line : committed) {
        auto const begin = line.rfind(erased);
        CHECK(line.substr(begin == std::string::npos ? 0 : begin + erased.size()).starts_with("20"));
    }
}

TEST_CASE("in a pipe there is not a byte of a bar")
{
    Installation const site{commercial()};
    for (auto const& command : {Lines{"fetch"}, Lines{"fetch", "--dry-run"},
                                Lines{"backfill", "--from", "2017-03-09", "--to", "2017-03-10"}, Lines{"replay"}}) {
        CAPTURE(command.front());
        auto const ended = site.usaged(command);
        CHECK(ended.status == 0);
        CHECK_FALSE(has_bar(ended));
        CHECK(ended.output.find('\r') == std::string::npos);
    }
}

TEST_CASE("a terminal that cannot redraw a line, or whose log tells everything, gets no bar")
{
    Installation const site{commercial()};
    CHECK_FALSE(has_bar(on_terminal(site, {"fetch"}, "dumb")));
    CHECK_FALSE(has_bar(on_terminal(site, {"fetch", "--log-level", "debug"})));
    CHECK(has_bar(on_terminal(site, {"fetch"})));
}

TEST_CASE("a dry run, backfill and replay show how far they are too")
{
    Installation const site{commercial()};
    CHECK(on_terminal(site, {"fetch", "--dry-run"}).log.find("\rlicenses_usage ") != std::string::npos);
    auto const backfill = on_terminal(site, {"backfill", "--from", "2017-03-09", "--to", "2017-03-10"});
    CHECK(backfill.log.find("\rbackfill [") != std::string::npos);
    CHECK(backfill.log.find("/4 dates ") != std::string::npos);
    REQUIRE(site.fetch().status == 0);
    CHECK(on_terminal(site, {"replay"}).log.find("\rlicenses_usage ") != std::string::npos);
}

} // namespace usaged::test
