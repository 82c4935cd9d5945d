#pragma once

#include "daemon/auth/token_source.h"
#include "daemon/log/log.h"
#include "daemon/poll/page_archive.h"
#include "daemon/poll/snapshot_fetch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

inline constexpr Timestamp poll_start{std::chrono::sys_days{std::chrono::year{2017} / 3 / 12}};

/// A page of rows (each a JSON value) whose `links.next.uri` is `uri`.
std::string page_before(std::string_view uri, std::vector<std::string> const& rows);

/// Pages in memory.
class MemoryArchive : public PageArchive {
public:
    SnapshotPage put(std::size_t number, std::string const& body, PageScope const& scope) override;
    std::string get(std::size_t number, SnapshotPage const& page) override;

    std::vector<std::string> bodies;
    std::size_t reads = 0;
    std::function<void()> on_read; ///< called by get
};

/// What a poll needs around it: a scripted server, a clock that waits for nobody, a log to read, tokens from a seed.
class Polling {
public:
    Polling();
    Polling(Polling const&) = delete;
    Polling& operator=(Polling const&) = delete;
    ~Polling();

    /// The next request gets an access token, and a new refresh token unless that is empty.
    void grant(std::string const& access_token = "access-1", std::string const& refresh_token = "");

    /// The lines of the log that hold `part`.
    std::vector<std::string> log_lines(std::string_view part = {}) const;

    /// The requests to the API, without those for tokens.
    std::vector<HttpRequest> api_requests() const;

    TempDir dir;

private:
    std::filesystem::path log_file_;
    int log_descriptor_;

public:
    ManualClock clock{poll_start};
    ScriptedTransport transport;
    Log log;
    FetchSettings settings;
    TokenSource tokens;
};

} // namespace usaged::test
