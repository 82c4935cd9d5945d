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

namespace {

bool is_number(Column const& column)
{
    return column.type == ColumnType::percent || column.type == ColumnType::count;
}

std::string default_of(Column const& column)
{
    if (column.type == ColumnType::timestamp) return "2026-07-01T00:00:00Z";
    return is_number(column) ? "1" : std::string{column.name};
}

std::string json_of(Column const& column, std::string const& value)
{
    return is_number(column) ? value : '"' + value + '"';
}

} // namespace

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

std::string body_of(Dataset const& dataset, std::vector<Fields> const& rows)
{
    std::string items;
    for (auto fields : rows) {
        std::string item;
        for (auto const& column : dataset.columns) {
            auto const given = fields.extract(column.name);
            if (given.empty() && column.optional) continue;
            item.append(item.empty() ? "" : ",").append("\"").append(column.field).append("\":");
            item.append(json_of(column, given.empty() ? default_of(column) : given.mapped()));
        }
        for (auto const& [name, json] : fields) item.append(",\"").append(name).append("\":").append(json);
        items.append(items.empty() ? "{" : ",{").append(item).append("}");
    }
    return "{\"" + std::string{dataset.envelope.items.front()} + "\":[" + items + "],\"" +
           std::string{dataset.envelope.count.front()} + "\":" + std::to_string(rows.size()) + "}";
}

Timestamp at(std::string_view text)
{
    return parse_timestamp(text).value();
}

Dataset const& usage()
{
    return *find_dataset("partner_licenses_usage");
}

Dataset const& licences()
{
    return *find_dataset("licenses_usage");
}

FetchedPoll fetch(SnapshotStore& store, std::vector<std::string> const& bodies, Trigger trigger, Timestamp started_at)
{
    return fetch(store, usage(), bodies, trigger, started_at);
}

FetchedPoll fetch(SnapshotStore& store, Dataset const& dataset, std::vector<std::string> const& bodies, Trigger trigger,
                  Timestamp started_at, PageScope const& scope)
{
    FetchedPoll fetched{store.begin_poll(dataset, trigger, started_at), {}};
    PageDecoder decoder{dataset};
    for (auto const& body : bodies) {
        auto const summary = decoder.decode(body, scope, [](Row const&) {});
        auto& snapshot = fetched.snapshot;
        snapshot.rows += static_cast<std::int64_t>(summary.items);
        snapshot.data_from = summary.data_from;
        snapshot.data_to = summary.data_to;
        for (auto const& field : summary.unknown_fields) snapshot.unknown_fields.push_back(field);
        snapshot.pages.push_back(store.archive_page(fetched.poll, snapshot.pages.size(), body, scope, started_at));
    }
    return fetched;
}

SaveOutcome poll(SnapshotStore& store, std::vector<std::string> const& bodies, Trigger trigger, Timestamp started_at)
{
    return poll(store, usage(), bodies, trigger, started_at);
}

SaveOutcome poll(SnapshotStore& store, Dataset const& dataset, std::vector<std::string> const& bodies, Trigger trigger,
                 Timestamp started_at, PageScope const& scope)
{
    auto const fetched = fetch(store, dataset, bodies, trigger, started_at, scope);
    return store.save(fetched.poll, dataset, {}, fetched.snapshot, started_at + std::chrono::seconds{1});
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

// See https://www.sqlite.org/fileformat.html#walformat
std::size_t logged_pages(fs::path const& database, Dataset const& dataset)
{
    auto const of_dataset =
        query(database, "SELECT group_concat(pageno) FROM dbstat WHERE name LIKE '" + std::string{dataset.name} + "%'");
    auto const log = read_file(database.string() + "-wal");
    constexpr std::size_t header = 32;
    constexpr std::size_t frame = 24 + 4096;
    if (log.size() < header + frame) throw std::logic_error{"the write-ahead log is empty"};
    std::size_t pages = 0;
    for (auto start = header; start + frame <= log.size(); start += frame) {
        std::uint32_t number = 0;
        for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(log[start + i]);
        auto const wanted = "," + std::to_string(number) + ",";
        if (("," + of_dataset + ",").find(wanted) != std::string::npos) ++pages;
    }
    return pages;
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
