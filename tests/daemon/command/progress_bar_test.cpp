#include "daemon/command/progress_bar.h"
#include "tests/support/environment_variable.h"
#include "tests/support/terminal.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

/// A clock that a test moves.
struct Stopwatch {
    std::chrono::steady_clock::time_point time;

    ProgressBar::Now now()
    {
        return [this] { return time; };
    }
};

Progress rows(std::int64_t done, std::optional<std::int64_t> total = std::nullopt)
{
    return {"rows", done, total};
}

std::size_t times(std::string const& text, std::string const& part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

} // namespace

TEST_CASE("a line of progress has bar, numbers, rate and remaining time")
{
    struct Case {
        Progress progress;
        std::chrono::milliseconds elapsed;
        std::string line;
    };
    for (auto const& each : {
             Case{rows(0, 100), 0s, "usage [------------------] 0/100 rows  0%"},
             Case{rows(50, 100), 10s, "usage [#####-----] 50/100 rows  50%  5.0/s  0:10 left"},
             Case{rows(100, 100), 10s, "usage [##########] 100/100 rows  100%  10/s"},
             Case{rows(12000), 2s, "usage 12000 rows  6000/s"},
             Case{rows(1, 10000), 1s, "usage 1/10000 rows  0%  1.0/s  2:46:39 left"},
             Case{rows(5, 0), 1s, "usage [----------------------] 5/0 rows  0%  5.0/s"},
             Case{rows(7), 10ms, "usage 7 rows"},
         }) {
        CAPTURE(each.line);
        auto const line = progress_line("usage", each.progress, each.elapsed, each.line.size());
        CHECK(line == each.line);
    }
}

TEST_CASE("a line of progress fits any width")
{
    for (std::size_t width = 0; width < 200; ++width) {
        CAPTURE(width);
        CHECK(progress_line("licenses_usage", rows(1234, 5678), 3s, width).size() <= width);
        CHECK(progress_line("licenses_usage", rows(1234), 3s, width).size() <= width);
    }
    CHECK(progress_line("licenses_usage", rows(1234, 5678), 3s, 20) == "licenses_usage 1234/");
}

TEST_CASE("a bar is redrawn at most ten times a second, and taken away at the end")
{
    EnvironmentVariable const term{"TERM", "xterm"};
    Terminal terminal{80};
    Stopwatch watch;
    {
        ProgressBar bar{"usage", terminal.descriptor(), watch.now()};
        auto const observe = bar.observer();
        for (int i = 0; i < 1000; ++i) {
            observe(rows(i, 1000));
            watch.time += 1ms;
        }
    }
    auto const written = terminal.written();
    CHECK(times(written, "usage [") == 10);
    CHECK(written.find("900/1000 rows  90%") != std::string::npos);
    CHECK(written.ends_with("\r\x1b[K"));
    CHECK(written.find('\n') == std::string::npos);
}

TEST_CASE("a bar leaves the last column of the terminal free, also after that became narrower")
{
    EnvironmentVariable const term{"TERM", "xterm"};
    Terminal terminal{60};
    Stopwatch watch;
    ProgressBar bar{"usage", terminal.descriptor(), watch.now()};
    auto const observe = bar.observer();
    observe(rows(1, 2));
    CHECK(terminal.written() == "\rusage [##################-------------------] 1/2 rows  50%\x1b[K");
    terminal.resize(21);
    watch.time += 1s;
    observe(rows(1, 2));
    CHECK(terminal.written() == "\rusage 1/2 rows  50% \x1b[K");
}

TEST_CASE("another piece of work begins at once and anew")
{
    EnvironmentVariable const term{"TERM", "xterm"};
    Terminal terminal{80};
    Stopwatch watch;
    ProgressBar bar{"one", terminal.descriptor(), watch.now()};
    auto const observe = bar.observer();
    observe(rows(1));
    watch.time += 10ms;
    bar.begin("two");
    observe(rows(2));
    CHECK(terminal.written() == "\rone 1 rows\x1b[K\r\x1b[K\rtwo 2 rows\x1b[K");
}

TEST_CASE("a bar makes room for each line of the log")
{
    EnvironmentVariable const term{"TERM", "xterm"};
    Terminal terminal{80};
    Log log{LogLevel::info, LogFormat::text, terminal.descriptor()};
    Stopwatch watch;
    ProgressBar bar{"usage", log, terminal.descriptor(), watch.now()};
    bar.observer()(rows(1));
    log.write(LogEvent{LogLevel::debug, "unwritten", {}});
    CHECK(terminal.written() == "\rusage 1 rows\x1b[K");
    log.write(LogEvent{LogLevel::info, "written", {}});
    CHECK(terminal.written().starts_with("\r\x1b[K20"));
    log.write(LogEvent{LogLevel::info, "written", {}});
    CHECK(terminal.written().starts_with("20"));
}

TEST_CASE("a log may outlive its bar")
{
    EnvironmentVariable const term{"TERM", "xterm"};
    Terminal terminal{80};
    Log log{LogLevel::info, LogFormat::text, terminal.descriptor()};
    {
        ProgressBar bar{"usage", log, terminal.descriptor()};
        bar.observer()(rows(1));
    }
    static_cast<void>(terminal.written());
    log.write(LogEvent{LogLevel::info, "written", {}});
    CHECK(terminal.written().starts_with("20"));
}

TEST_CASE("a log with every detail leaves no room for a bar")
{
    EnvironmentVariable const term{"TERM", "xterm"};
    Terminal terminal{80};
    for (auto const level : {LogLevel::trace, LogLevel::debug}) {
        Log log{level, LogFormat::text, terminal.descriptor()};
        ProgressBar bar{"usage", log, terminal.descriptor()};
        bar.observer()(rows(1));
    }
    CHECK(terminal.written().empty());
}

TEST_CASE("a terminal hands out what was written even when it is full")
{
    Terminal terminal{80};
    ::fcntl(terminal.descriptor(), F_SETFL, O_NONBLOCK);
    std::string text;
    while (::write(terminal.descriptor(), "x", 1) == 1) text += 'x';
    CHECK(terminal.written() == text);
    CHECK(text.size() > 1000);
    CHECK(terminal.written().empty());
}

TEST_CASE("where no line can be redrawn there is no bar, not a byte of it")
{
    Terminal terminal{80};
    auto const draw = [&terminal] {
        ProgressBar bar{"usage", terminal.descriptor()};
        bar.observer()(rows(1));
    };
    ::unsetenv("TERM");
    draw();
    {
        EnvironmentVariable const term{"TERM", "dumb"};
        draw();
    }
    CHECK(terminal.written().empty());
}

TEST_CASE("there is not a byte of a bar in a pipe")
{
    EnvironmentVariable const term{"TERM", "xterm"};
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_NONBLOCK | O_CLOEXEC) == 0);
    {
        ProgressBar bar{"usage", pipe[1]};
        bar.observer()(rows(1));
    }
    char byte = 0;
    CHECK(::read(pipe[0], &byte, 1) == -1);
    ::close(pipe[0]);
    ::close(pipe[1]);
}

} // namespace usaged::test
