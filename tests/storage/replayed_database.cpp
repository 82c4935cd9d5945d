#include "tests/storage/replayed_database.h"

#include "tests/storage/random_rows.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;

constexpr Timestamp first_day{std::chrono::sys_days{std::chrono::year{2026} / 7 / 1}};

/// What the server has, and how it changes.
class RandomServer {
public:
    explicit RandomServer(std::uint32_t seed) : random_{seed} {}

    bool chance(unsigned percent) { return random_() % 100 < percent; }

    std::string page(Dataset const& dataset, std::string const& date)
    {
        return body_of(dataset, random_rows(dataset, random_, date));
    }

    /// The dates of a snapshot: the newest one, and sometimes older ones.
    std::vector<std::string> dates(int day)
    {
        std::vector<std::string> chosen;
        for (int const age : {3, 1, 0})
            if (age == 0 || chance(40)) chosen.push_back(format_timestamp(first_day + std::chrono::days{day - age}));
        return chosen;
    }

private:
    std::mt19937 random_;
};

std::string all_values(SQLite::Database& database, std::string const& name)
{
    SQLite::Statement statement{database,
                                "SELECT * FROM " + name + (name == "poll" ? R"( WHERE "trigger" <> 'replay')" : "")};
    auto text = name + "\n";
    while (statement.executeStep()) {
        for (int i = 0; i < statement.getColumnCount(); ++i) {
            auto const column = statement.getColumn(i);
            text.append(column.isNull() ? "NULL" : column.getString()).append("|");
        }
        text += '\n';
    }
    return text;
}

} // namespace

std::string commercial_body(std::vector<CommercialRow> const& rows)
{
    std::string body = R"({"TotalCount":)" + std::to_string(rows.size()) + R"(,"Value":[)";
    for (auto const& row : rows) {
        if (&row != rows.data()) body += ',';
        auto const field = [&](std::string const& name, std::string const& value) {
            body.append("\"").append(name).append("\":\"").append(value).append("\",");
        };
        body += '{';
        field("processedDateTime", row.date);
        field("serviceCode", "O365");
        field("serviceName", row.service_name);
        field("channel", "Reseller");
        field("customerTenantId", row.customer);
        field("customerName", row.customer_name);
        field("productId", "22222222-0000-0000-0000-000000000001");
        field("productName", row.product_name);
        field("workloadCode", row.workload);
        field("workloadName", row.workload + " of Microsoft");
        body += "\"licensesActive\":" + std::to_string(row.active) + ",";
        body += "\"licensesQualified\":" + std::to_string(row.qualified) + "}";
    }
    return body + "]}";
}

PollId poll_dataset(SnapshotStore& store, Dataset const& dataset, std::vector<std::string> const& bodies,
                    Timestamp started_at, Trigger trigger)
{
    auto const poll = store.begin_poll(dataset, trigger, started_at);
    PageDecoder decoder{dataset};
    Snapshot snapshot;
    for (auto const& body : bodies) {
        auto const summary = decoder.decode(body, {}, [](Row const&) {});
        snapshot.rows += static_cast<std::int64_t>(summary.items);
        if (snapshot.data_from.empty() || summary.data_from < snapshot.data_from)
            snapshot.data_from = summary.data_from;
        snapshot.data_to = std::max(snapshot.data_to, summary.data_to);
        for (auto const& field : summary.unknown_fields) snapshot.unknown_fields.push_back(field);
        snapshot.pages.push_back(store.archive_page(poll, snapshot.pages.size(), body, {}, started_at));
    }
    store.save(poll, dataset, {}, snapshot, started_at + 1s);
    return poll;
}

std::string everything(fs::path const& database)
{
    SQLite::Database connection{database.string(), SQLite::OPEN_READONLY, 2000};
    SQLite::Statement names{connection, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name"};
    std::string text;
    while (names.executeStep()) text += all_values(connection, names.getColumn(0).getString());
    return text;
}

void make_history(fs::path const& database, std::uint32_t seed, int polls, DatasetPair const& datasets)
{
    SqliteStore store{database};
    RandomServer server{seed};
    for (int number = 0; number < polls; ++number) {
        auto const& dataset = *datasets[static_cast<std::size_t>(number) % datasets.size()];
        auto const at = first_day + std::chrono::hours{6 * number};
        if (server.chance(10)) {
            store.fail_poll(store.begin_poll(dataset, Trigger::schedule, at), Error{ErrorCategory::network, "reset"},
                            at);
            continue;
        }
        std::vector<std::string> bodies;
        for (auto const& date : server.dates(number / 4)) bodies.push_back(server.page(dataset, date));
        if (server.chance(10)) bodies = {body_of(dataset, {})};
        auto const trigger = server.chance(20) ? Trigger::backfill : Trigger::schedule;
        poll_dataset(store, dataset, bodies, at, trigger);
        if (server.chance(20)) poll_dataset(store, dataset, bodies, at + 1h);
    }
}

} // namespace usaged::test
