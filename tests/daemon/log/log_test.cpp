#include "daemon/log/log.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <regex>
#include <sys/stat.h>
#include <unistd.h>

namespace usaged::test {
namespace {

/// A pipe, whose writing end the log is given.
class Pipe {
public:
    Pipe()
    {
        REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
        REQUIRE(::fcntl(ends_[0], F_SETFL, O_NONBLOCK) == 0);
    }
    ~Pipe()
    {
        close_reader();
        ::close(ends_[1]);
    }
    Pipe(Pipe const&) = delete;

    int writer() const { return ends_[1]; }

    void close_reader()
    {
        if (ends_[0] >= 0) ::close(ends_[0]);
        ends_[0] = -1;
    }

    /// All that was written since the last time.
    std::string read()
    {
        std::array<char, 65536> buffer{};
        auto const count = ::read(ends_[0], buffer.data(), buffer.size());
        return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string{};
    }

private:
    std::array<int, 2> ends_{};
};

std::string logged(LogFormat format, LogEvent const& event)
{
    Pipe pipe;
    Log log{LogLevel::trace, format, pipe.writer()};
    log.write(event);
    return pipe.read();
}

LogEvent committed()
{
    return LogEvent{LogLevel::info, "snapshot_committed", "stored"}
        .with("dataset", "partner_licenses_usage")
        .with("rows", 5);
}

} // namespace

TEST_CASE("a text line has the time in UTC, level, event, detail and fields")
{
    std::regex const expected{"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z info  "
                              "snapshot_committed - stored dataset=partner_licenses_usage rows=5\n"};
    auto const line = logged(LogFormat::text, committed());
    CAPTURE(line);
    CHECK(std::regex_match(line, expected));
}

TEST_CASE("a JSON line is an object with the time in UTC, level, event, category, detail and fields")
{
    std::regex const expected{R"(\{"ts":"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z",)"
                              R"("level":"info","event":"snapshot_committed","category":null,"detail":"stored",)"
                              R"("dataset":"partner_licenses_usage","rows":5\})"
                              "\n"};
    auto const line = logged(LogFormat::json, committed());
    CAPTURE(line);
    CHECK(std::regex_match(line, expected));
}

TEST_CASE("a journal line has the syslog priority of its level and no time")
{
    struct Case {
        LogLevel level;
        char const* line;
    };
    for (auto const& [level, line] :
         {Case{LogLevel::trace, "<7>trace started\n"}, Case{LogLevel::debug, "<7>debug started\n"},
          Case{LogLevel::info, "<6>info  started\n"}, Case{LogLevel::warn, "<4>warn  started\n"},
          Case{LogLevel::error, "<3>error started\n"}}) {
        CHECK(logged(LogFormat::journal, LogEvent{level, "started", {}}) == line);
    }
}

TEST_CASE("a text value is quoted where it would be unclear")
{
    struct Case {
        char const* value;
        char const* shown;
    };
    for (auto const& [value, shown] :
         {Case{"plain", "plain"}, Case{"a:b/c-d", "a:b/c-d"}, Case{"", "\"\""}, Case{"two words", "\"two words\""},
          Case{"a=b", "\"a=b\""}, Case{"say \"hi\"", R"("say \"hi\"")"}, Case{R"(a\"b)", R"("a\\\"b")"},
          Case{"Kunde-Ä", "Kunde-Ä"}}) {
        auto const line = logged(LogFormat::journal, LogEvent{LogLevel::info, "e", {}}.with("v", value));
        CHECK(line == std::string{"<6>info  e v="} + shown + "\n");
    }
}

TEST_CASE("no raw control character and no invalid UTF-8 gets into a line")
{
    struct Case {
        std::string raw;
        char const* text;
        char const* json;
    };
    for (auto const& each : {Case{"a\nb", R"(a\x0ab)", R"(a\u000ab)"}, Case{std::string{'\0'}, R"(\x00)", R"(\u0000)"},
                             Case{"\x1b[2J", R"(\x1b[2J)", R"(\u001b[2J)"}, Case{"\x7f", R"(\x7f)", R"(\u007f)"},
                             Case{"\xc2\x9b", R"(\xc2\x9b)", R"(\u009b)"}, Case{"\xff", R"(\xff)", R"(\ufffd)"},
                             Case{"\xc3", R"(\xc3)", R"(\ufffd)"}, Case{"\xc0\x8a", R"(\xc0\x8a)", R"(\ufffd\ufffd)"},
                             Case{"\xe0\x80\x8a", R"(\xe0\x80\x8a)", R"(\ufffd\ufffd\ufffd)"},
                             Case{"\xed\xa0\x80", R"(\xed\xa0\x80)", R"(\ufffd\ufffd\ufffd)"},
                             Case{"\xf4\x90\x80\x80", R"(\xf4\x90\x80\x80)", R"(\ufffd\ufffd\ufffd\ufffd)"}}) {
        CAPTURE(each.text);
        auto const event = LogEvent{LogLevel::info, "e", each.raw}.with("v", each.raw);
        CHECK(logged(LogFormat::journal, event) ==
              std::string{"<6>info  e - "} + each.text + " v=\"" + each.text + "\"\n");
        auto const line = logged(LogFormat::json, event);
        CHECK(line.find(std::string{R"("detail":")"} + each.json + R"(","v":")" + each.json + "\"}\n") !=
              std::string::npos);
    }
}

TEST_CASE("text of every script passes through, and JSON escapes quotes and backslashes")
{
    std::string const raw{"é € 𝄞 \"q\" \\"};
    auto const event = LogEvent{LogLevel::info, "e", raw};
    CHECK(logged(LogFormat::journal, event) == "<6>info  e - " + raw + "\n");
    CHECK(logged(LogFormat::json, event).find(R"("detail":"é € 𝄞 \"q\" \\"})") != std::string::npos);
}

TEST_CASE("an event below the level is not written, until the level is lowered")
{
    Pipe pipe;
    Log log{LogLevel::warn, LogFormat::journal, pipe.writer()};
    log.write(LogEvent{LogLevel::info, "started", {}});
    CHECK(pipe.read().empty());
    log.write(LogEvent{LogLevel::warn, "retry", {}});
    CHECK(pipe.read() == "<4>warn  retry\n");
    log.level(LogLevel::info);
    log.write(LogEvent{LogLevel::info, "started", {}});
    CHECK(pipe.read() == "<6>info  started\n");
}

TEST_CASE("an error brings what is known of it, and nothing else")
{
    Error error{ErrorCategory::auth, "refused", "sign in again"};
    CHECK(logged(LogFormat::journal, LogEvent{LogLevel::error, "e", "refused"}.with(error)) ==
          "<3>error e - refused category=auth remedy=\"sign in again\"\n");
    error.http_status(401).api_code("900421").ids({"r-1", "c-1", "", ""});
    CHECK(logged(LogFormat::journal, LogEvent{LogLevel::error, "e", "refused"}.with(error)) ==
          "<3>error e - refused category=auth http_status=401 api_code=900421 request_id=r-1 correlation_id=c-1 "
          "remedy=\"sign in again\"\n");
}

TEST_CASE("an error of Entra ID brings its trace id and its time")
{
    Error error{ErrorCategory::auth, "refused"};
    error.ids({"", "c-1", "t-1", "2026-07-21 04:10:58Z"});
    CHECK(logged(LogFormat::journal, LogEvent{LogLevel::error, "e", {}}.with(error)) ==
          "<3>error e category=auth correlation_id=c-1 trace_id=t-1 entra_timestamp=\"2026-07-21 04:10:58Z\"\n");
}

TEST_CASE("what to do stands last in a text line, wherever it stands among the fields")
{
    Error const error{ErrorCategory::network, "no answer", "check the network"};
    CHECK(logged(LogFormat::journal,
                 LogEvent{LogLevel::error, "poll_failed", "no answer"}.with(error).with("next_try", "soon")) ==
          "<3>error poll_failed - no answer category=network next_try=soon remedy=\"check the network\"\n");
}

TEST_CASE("the category of a fault stands between its event and its detail in JSON")
{
    Error const error{ErrorCategory::network, "no answer"};
    auto const line = logged(LogFormat::json, LogEvent{LogLevel::error, "e", "no answer"}.with("rows", 1).with(error));
    CHECK(line.find(R"("event":"e","category":"network","detail":"no answer","rows":1})") != std::string::npos);
}

TEST_CASE("the value of a field is cut at 200 bytes in every format, but the remedy is not")
{
    std::string const longest(200, 'x');
    Error const error{ErrorCategory::network, "no answer", longest + "yz"};
    auto const event = LogEvent{LogLevel::error, "e", {}}.with("v", longest + "yz").with(error);
    CHECK(logged(LogFormat::journal, event) ==
          "<3>error e v=" + longest + "… category=network remedy=" + longest + "yz\n");
    CHECK(logged(LogFormat::json, event).find("\"v\":\"" + longest + "…\",\"remedy\":\"" + longest + "yz\"}") !=
          std::string::npos);
}

TEST_CASE("a log with a context puts it before the fields of each event, whose own values win")
{
    Pipe pipe;
    Log log{LogLevel::info, LogFormat::journal, pipe.writer()};
    auto poll = log.with({{"dataset", "licenses_usage"}, {"poll", std::int64_t{7}}});
    poll.write(LogEvent{LogLevel::info, "e", {}}.with("rows", 5));
    CHECK(pipe.read() == "<6>info  e dataset=licenses_usage poll=7 rows=5\n");
    poll.write(LogEvent{LogLevel::info, "e", {}}.with("rows", 5).with("dataset", "other"));
    CHECK(pipe.read() == "<6>info  e dataset=other poll=7 rows=5\n");
    log.level(LogLevel::warn);
    poll.write(LogEvent{LogLevel::info, "e", {}});
    CHECK(pipe.read().empty());
    log.write(LogEvent{LogLevel::warn, "e", {}});
    CHECK(pipe.read() == "<4>warn  e\n");
}

TEST_CASE("an error says which poll failed of it")
{
    Error error{ErrorCategory::network, "no answer"};
    error.poll(7);
    CHECK(logged(LogFormat::journal, LogEvent{LogLevel::error, "poll_failed", "no answer"}.with(error)) ==
          "<3>error poll_failed - no answer poll=7 category=network\n");
}

TEST_CASE("automatic is text where $JOURNAL_STREAM does not name the descriptor")
{
    Pipe pipe;
    struct ::stat status {};
    REQUIRE(::fstat(pipe.writer(), &status) == 0);
    auto const here = std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
    for (auto const& stream : {here + "1", std::string{}}) {
        CAPTURE(stream);
        ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
        Log{LogLevel::info, LogFormat::automatic, pipe.writer()}.write(LogEvent{LogLevel::info, "started", {}});
        ::unsetenv("JOURNAL_STREAM");
        auto const line = pipe.read();
        CHECK(line.find("Z info  started\n") != std::string::npos);
    }
}

TEST_CASE("a reader that has gone is ignored")
{
    Pipe pipe;
    Log log{LogLevel::info, LogFormat::text, pipe.writer()};
    pipe.close_reader();
    CHECK_NOTHROW(log.write(committed())); // or SIGPIPE ends this program
}

} // namespace usaged::test
