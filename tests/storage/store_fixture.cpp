#include "tests/storage/store_fixture.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace usaged::test {

namespace fs = std::filesystem;

std::string usage_body(std::vector<UsageItem> const& items)
{
    std::string body = R"({"totalCount":)" + std::to_string(items.size()) + R"(,"items":[)";
    for (auto const& item : items) {
        if (&item != items.data()) body += ',';
        body.append(R"({"proratedLicensesUsagePercent":)").append(std::to_string(item.percent));
        body.append(R"(,"workloadName":")").append(item.workload);
        body.append(R"(","processedDateTime":")").append(item.date);
        body.append(R"(","serviceName":")").append(item.service);
        body.append(R"(","channel":"reseller")").append(item.more).append("}");
    }
    return body + "]}";
}

std::vector<UsageItem> many_items(int count, double percent, std::string const& date)
{
    std::vector<UsageItem> items;
    for (int i = 0; i < count; ++i) items.push_back({date, "o365", "Workload " + std::to_string(i), percent, {}});
    return items;
}

Timestamp at(std::string_view text)
{
    return parse_timestamp(text).value();
}

Dataset const& usage()
{
    return *find_dataset("partner_licenses_usage");
}

FetchedPoll fetch(SnapshotStore& store, std::vector<std::string> const& bodies, Trigger trigger, Timestamp started_at)
{
    FetchedPoll fetched{store.begin_poll(usage(), trigger, started_at), {}};
    PageDecoder decoder{usage()};
    for (auto const& body : bodies) {
        auto const summary = decoder.decode(body, [](Row const&) {});
        auto& snapshot = fetched.snapshot;
        snapshot.rows += static_cast<std::int64_t>(summary.items);
        snapshot.data_from = summary.data_from;
        snapshot.data_to = summary.data_to;
        snapshot.pages.push_back(store.archive_page(fetched.poll, snapshot.pages.size(), body, started_at));
    }
    return fetched;
}

SaveOutcome poll(SnapshotStore& store, std::vector<std::string> const& bodies, Trigger trigger, Timestamp started_at)
{
    auto const fetched = fetch(store, bodies, trigger, started_at);
    return store.save(fetched.poll, usage(), {}, fetched.snapshot, started_at + std::chrono::seconds{1});
}

PollId failed_poll(SnapshotStore& store, Timestamp finished_at, Error const& error)
{
    auto const poll = store.begin_poll(usage(), Trigger::schedule, finished_at - std::chrono::seconds{2});
    store.fail_poll(poll, error, finished_at);
    return poll;
}

std::string query(fs::path const& database, std::string const& sql)
{
    SQLite::Database connection{database.string(), SQLite::OPEN_READONLY, 2000};
    SQLite::Statement statement{connection, sql};
    std::string text;
    while (statement.executeStep()) {
        if (!text.empty()) text += '\n';
        for (int i = 0; i < statement.getColumnCount(); ++i) {
            if (i > 0) text += '|';
            text += statement.getColumn(i).getString();
        }
    }
    return text;
}

void execute(fs::path const& database, std::string const& sql)
{
    SQLite::Database connection{database.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 2000};
    connection.exec(sql);
}

std::vector<std::pair<std::string, std::string>> contents(fs::path const& directory)
{
    std::vector<std::pair<std::string, std::string>> files;
    for (auto const& entry : fs::directory_iterator{directory})
        files.emplace_back(entry.path().filename().string(),
                           entry.is_regular_file() ? read_file(entry.path()) : std::string{});
    std::sort(files.begin(), files.end());
    return files;
}

int in_child(std::function<void()> const& action)
{
    auto const child = ::fork();
    if (child < 0) throw std::runtime_error{"fork failed"};
    if (child == 0) {
        try {
            action();
        } catch (std::exception const&) {
            ::_exit(1);
        }
        ::_exit(0);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child) throw std::runtime_error{"waitpid failed"};
    return status;
}

Error error_of(std::function<void()> const& action)
{
    try {
        action();
    } catch (Error const& error) {
        return error;
    }
    throw std::logic_error{"no Error was thrown"};
}

} // namespace usaged::test
