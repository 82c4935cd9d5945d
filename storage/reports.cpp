#include "storage/reports.h"

#include "storage/database_check.h"
#include "storage/poll_log.h"
#include "storage/schema.h"
#include "storage/sqlite_database.h"
#include "storage/sqlite_error.h"
#include "storage/statements.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

namespace usaged {

namespace fs = std::filesystem;

namespace {

/// The database may be older than this program.
bool has_column(SQLite::Database& database, std::string const& table, std::string_view column)
{
    SQLite::Statement statement{database, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?"};
    Query query{statement};
    query.bind(std::string_view{table}, column);
    return query.step();
}

std::optional<PollReport> newest_poll(SQLite::Database& database, Dataset const& dataset, std::string const& condition)
{
    auto const* const newer = has_column(database, "poll", "error_remedy")
                                  ? "error_remedy, error_request_id, error_correlation_id"
                                  : "NULL, NULL, NULL";
    SQLite::Statement statement{database,
                                R"(SELECT id, "trigger", started_at, finished_at, outcome, degraded, error_category,)"
                                " error_message, rows_received, " +
                                    std::string{newer} +
                                    " FROM poll WHERE dataset = ?"
                                    R"( AND "trigger" NOT IN ('backfill', 'replay') )" +
                                    condition + " ORDER BY id DESC LIMIT 1"};
    Query query{statement};
    query.bind(dataset.name);
    if (!query.step()) return std::nullopt;
    PollReport report;
    report.id = query.integer(0);
    report.trigger = query.text(1);
    report.started_at = query.timestamp(2);
    report.finished_at = query.timestamp(3);
    report.outcome = query.text(4);
    report.degraded = query.text(5);
    report.error_category = query.text(6);
    report.error_message = query.text(7);
    report.rows_received = query.integer(8);
    report.error_remedy = query.text(9);
    report.request_id = query.text(10);
    report.correlation_id = query.text(11);
    return report;
}

/// The end of the first poll that failed since the last success.
std::optional<Timestamp> failing_since(SQLite::Database& database, Dataset const& dataset)
{
    SQLite::Statement statement{
        database, R"(SELECT min(finished_at) FROM poll WHERE dataset = ?1 AND "trigger" NOT IN ('backfill', 'replay'))"
                  " AND outcome = 'failed' AND error_category <> 'stopped' AND id > coalesce((SELECT max(id) FROM poll"
                  R"( WHERE dataset = ?1 AND "trigger" NOT IN ('backfill', 'replay') AND outcome <> 'failed'), 0))"};
    Query query{statement};
    query.bind(dataset.name);
    query.step();
    return query.timestamp(0);
}

std::vector<SkippedCustomer> skipped_customers(SQLite::Database& database, std::int64_t poll)
{
    std::vector<SkippedCustomer> skipped;
    if (!database.tableExists("skipped_customer")) return skipped;
    SQLite::Statement statement{database, "SELECT customer_id, customer_name, reason FROM skipped_customer"
                                          " WHERE poll_id = ? ORDER BY customer_name, customer_id"};
    Query query{statement};
    query.bind(poll);
    while (query.step()) skipped.push_back({query.text(0), query.text(1), query.text(2)});
    return skipped;
}

std::string newest_date(SQLite::Database& database, Dataset const& dataset)
{
    auto table = std::string{dataset.name};
    if (dataset.compact()) table += "_day";
    if (!database.tableExists(table)) return {};
    // The first column of a key, so max() is one look-up.
    return database.execAndGet("SELECT max(processed_date_time) FROM " + table).getString();
}

} // namespace

class Reports::Impl {
public:
    explicit Impl(fs::path const& database)
        : path{resolve_database(database)}, connection{open_for_reading(path)}, statements{*connection}
    {
    }

    fs::path path;
    std::unique_ptr<SQLite::Database> connection;
    Statements statements;

    template <typename Action>
    auto read(Action const& action)
    {
        try {
            return action();
        } catch (SQLite::Exception const& exception) {
            throw to_error(exception, path);
        }
    }
};

Reports::Reports(fs::path const& database)
{
    try {
        impl_ = std::make_unique<Impl>(database);
    } catch (SQLite::Exception const& exception) {
        throw to_error(exception, database);
    }
}

Reports::~Reports() = default;

DatasetReport Reports::dataset(Dataset const& dataset)
{
    return impl_->read([&] {
        auto& statements = impl_->statements;
        DatasetReport report;
        report.dataset = dataset.name;
        report.last_poll = newest_poll(*impl_->connection, dataset, "");
        report.last_success = newest_poll(*impl_->connection, dataset, "AND outcome <> 'failed'");
        report.last_error =
            newest_poll(*impl_->connection, dataset, "AND outcome = 'failed' AND error_category <> 'stopped'");
        report.history = PollLog{statements}.history(dataset);
        report.failing_since = failing_since(*impl_->connection, dataset);
        if (report.last_success) report.skipped = skipped_customers(*impl_->connection, report.last_success->id);
        // The rows themselves would take a second to count once there are ten million.
        auto rows = statements("SELECT sum(rows_inserted) FROM poll WHERE dataset = ?");
        rows.bind(dataset.name);
        rows.step();
        report.rows = rows.integer(0);
        report.data_to = newest_date(*impl_->connection, dataset);
        return report;
    });
}

std::optional<std::string> Reports::dataset_of(std::int64_t poll)
{
    return impl_->read([&]() -> std::optional<std::string> {
        auto query = impl_->statements("SELECT dataset FROM poll WHERE id = ?");
        query.bind(poll);
        if (!query.step()) return std::nullopt;
        return query.text(0);
    });
}

std::optional<TokenEvent> Reports::last_token_event(std::string const& event)
{
    return impl_->read([&]() -> std::optional<TokenEvent> {
        auto query =
            impl_->statements("SELECT event, detail, at FROM token_event WHERE event = ? ORDER BY id DESC LIMIT 1");
        query.bind(std::string_view{event});
        if (!query.step()) return std::nullopt;
        return TokenEvent{query.text(0), query.text(1), query.timestamp(2).value_or(Timestamp{})};
    });
}

int Reports::schema_version()
{
    return impl_->read([&] { return usaged::schema_version(*impl_->connection); });
}

std::uintmax_t Reports::bytes() const
{
    return database_bytes(impl_->path);
}

std::uintmax_t database_bytes(fs::path const& database)
{
    std::uintmax_t sum = 0;
    for (auto const* suffix : {"", "-wal"}) {
        std::error_code error;
        auto const size = fs::file_size(database.string() + suffix, error);
        if (!error) sum += size;
    }
    return sum;
}

} // namespace usaged
