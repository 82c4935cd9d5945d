#include "daemon/log/journal_entry.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace usaged::test {
namespace {

using Entry = std::vector<std::string>;

LogEvent failed_poll()
{
    Error error{ErrorCategory::http, "busy", "wait"};
    error.endpoint("usage").attempt(3).http_status(503).ids({"r-1", "c-1", "", ""}).poll(7);
    return LogEvent{LogLevel::error, "poll_failed", "busy"}.with("dataset", "licenses_usage").with(error);
}

/// Puts a socket of ours where journald's is, in a mount namespace of this process alone. -1 if that is not allowed.
int private_journal()
{
    if (::unshare(CLONE_NEWNS) != 0) return -1;
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return -1;
    if (::mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") != 0) return -1;
    std::filesystem::create_directories("/run/systemd/journal");
    int const receiver = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, "/run/systemd/journal/socket");
    return ::bind(receiver, reinterpret_cast<::sockaddr*>(&address), sizeof address) == 0 ? receiver : -1;
}

/// Logs to `descriptor` as under systemd.
void log_as_service(int descriptor)
{
    struct ::stat status {};
    ::fstat(descriptor, &status);
    auto const stream = std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    Log{LogLevel::info, LogFormat::automatic, descriptor}.write(failed_poll());
}

constexpr int not_allowed = 77;

/// Tells `output` what journald gets; then the journal goes, and the next event is for the descriptor.
[[noreturn]] void child(int output, int descriptor)
{
    int const journal = private_journal();
    if (journal < 0) ::_exit(not_allowed);
    log_as_service(descriptor);
    std::array<char, 4096> datagram{};
    auto const size = ::recv(journal, datagram.data(), datagram.size(), MSG_DONTWAIT);
    if (size <= 0) ::_exit(1);
    std::string const text{datagram.data(), static_cast<std::size_t>(size)};
    bool const told = ::write(output, text.data(), text.size()) == size;
    ::unlink("/run/systemd/journal/socket");
    log_as_service(descriptor);
    ::_exit(told ? 0 : 1);
}

std::string read_all(int descriptor)
{
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = ::read(descriptor, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(count));
    ::close(descriptor);
    return text;
}

} // namespace

TEST_CASE("an event is an entry of the journal with a field for each of its own")
{
    std::string const message{"MESSAGE=poll_failed - busy dataset=licenses_usage poll=7 category=http endpoint=usage "
                              "attempt=3 http_status=503 request_id=r-1 correlation_id=c-1 remedy=wait"};
    CHECK(journal_entry(failed_poll()) ==
          Entry{message, "PRIORITY=3", "SYSLOG_IDENTIFIER=usaged", "USAGED_EVENT=poll_failed", "USAGED_DETAIL=busy",
                "USAGED_DATASET=licenses_usage", "USAGED_POLL_ID=7", "USAGED_CATEGORY=http", "USAGED_ENDPOINT=usage",
                "USAGED_ATTEMPT=3", "USAGED_HTTP_STATUS=503", "MS_REQUEST_ID=r-1", "MS_CORRELATION_ID=c-1",
                "USAGED_REMEDY=wait"});
}

TEST_CASE("no value ends its field of a journal entry, and no name is one that journald refuses")
{
    auto const entry = journal_entry(LogEvent{LogLevel::info, "e", "a\nPRIORITY=0"}
                                         .with("v", std::string{"b\nMESSAGE=x\0y\xff", 14})
                                         .with("a-b.c", 1));
    CHECK(entry == Entry{R"(MESSAGE=e - a\x0aPRIORITY=0 v="b\x0aMESSAGE=x\x00y\xff" a-b.c=1)", "PRIORITY=6",
                         "SYSLOG_IDENTIFIER=usaged", "USAGED_EVENT=e", R"(USAGED_DETAIL=a\x0aPRIORITY=0)",
                         R"(USAGED_V=b\x0aMESSAGE=x\x00y\xff)", "USAGED_A_B_C=1"});
    auto const longest = std::string(100, 'n');
    CHECK(journal_entry(LogEvent{LogLevel::info, "e", {}}.with(longest, 1)).back() ==
          "USAGED_" + std::string(57, 'N') + "=1");
}

TEST_CASE("a value in a journal entry is cut at 200 bytes")
{
    std::string const longest(200, 'x');
    CHECK(journal_entry(LogEvent{LogLevel::info, "e", {}}.with("v", longest + "y")).back() ==
          "USAGED_V=" + longest + "…");
}

// In a namespace of its own, so that nothing of a test comes to the journal of the machine.
TEST_CASE("automatic is journal where $JOURNAL_STREAM names the descriptor: entries, or lines once journald has gone")
{
    std::array<int, 2> told{};
    std::array<int, 2> lines{};
    REQUIRE(::pipe(told.data()) == 0);
    REQUIRE(::pipe(lines.data()) == 0);
    auto const pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) child(told[1], lines[1]);
    ::close(told[1]);
    ::close(lines[1]);
    auto const datagram = read_all(told[0]);
    auto const line = read_all(lines[0]);
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == not_allowed) {
        MESSAGE("skipped: a mount namespace of one's own takes root");
        return;
    }
    CHECK(status == 0);
    std::string expected;
    for (auto const& field : journal_entry(failed_poll())) expected += field + '\n';
    CHECK(datagram == expected);
    CHECK(line == "<3>error poll_failed - busy dataset=licenses_usage poll=7 category=http endpoint=usage attempt=3 "
                  "http_status=503 request_id=r-1 correlation_id=c-1 remedy=wait\n");
}

} // namespace usaged::test
