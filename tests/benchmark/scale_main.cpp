#include "tests/benchmark/scale_database.h"
#include "tests/benchmark/statement_file.h"
#include "tests/support/release.h"
#include "tests/support/temp_dir.h"

#include <CLI/CLI.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using usaged::test::NamedStatement;
using usaged::test::Release;
using Statement = std::unique_ptr<sqlite3_stmt, Release<sqlite3_finalize>>;

struct Arguments {
    std::size_t rows = 10'000'000;
    std::size_t repeat = 5;
    double limit = 100;
    bool explain = false;
    fs::path database;
    std::vector<fs::path> manuals;
};

void add_options(CLI::App& app, Arguments& arguments)
{
    app.add_option("--rows", arguments.rows, "Rows of licenses_usage")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--repeat", arguments.repeat, "Runs, of which the median is shown")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--limit", arguments.limit, "Milliseconds; slower statements are marked")->capture_default_str();
    app.add_flag("--explain", arguments.explain, "Show how SQLite goes about the marked ones");
    app.add_option("--database", arguments.database, "Made if it is not there, and kept; else one is made and removed");
    app.add_option("manual", arguments.manuals, "Markdown files whose blocks of SQL are run too")
        ->check(CLI::ExistingFile);
}

/// What people may ask without a manual.
std::vector<NamedStatement> plain_statements()
{
    std::string const newest = "(SELECT max(processed_date_time) FROM licenses_usage)";
    std::string const customer = "(SELECT max(customer_tenant_id) FROM licenses_usage_customer)";
    return {{"rows of the newest date", "SELECT * FROM licenses_usage WHERE processed_date_time = " + newest},
            {"rows of a customer", "SELECT * FROM licenses_usage WHERE customer_tenant_id = " + customer},
            {"latest rows", "SELECT * FROM latest_licenses_usage"},
            {"latest rows of a customer", "SELECT * FROM latest_licenses_usage WHERE customer_tenant_id = " + customer},
            {"changes on the newest date", "SELECT * FROM licenses_usage_change WHERE processed_date_time = " + newest},
            {"changes of a customer", "SELECT * FROM licenses_usage_change WHERE customer_tenant_id = " + customer},
            {"revisions", "SELECT * FROM licenses_usage_revision"},
            {"coverage", "SELECT * FROM coverage"},
            {"coverage_gap", "SELECT * FROM coverage_gap"},
            {"unused_licenses", "SELECT * FROM unused_licenses"},
            {"ingest_health", "SELECT * FROM ingest_health"}};
}

class Reader {
public:
    explicit Reader(fs::path const& database)
    {
        sqlite3* opened = nullptr;
        auto const result = sqlite3_open_v2(database.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
        database_.reset(opened);
        require(result);
    }

    /// Runs all statements of `sql` and counts the rows that they return.
    std::size_t run(std::string const& sql)
    {
        std::size_t rows = 0;
        for (auto const* rest = sql.c_str(); *rest != '\0';) {
            auto const statement = prepare(rest);
            if (!statement) continue;
            int result = SQLITE_ROW;
            for (; (result = sqlite3_step(statement.get())) == SQLITE_ROW; ++rows)
                for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) sqlite3_column_text(statement.get(), i);
            if (result != SQLITE_DONE) require(result);
        }
        return rows;
    }

    void print_plan(std::string const& sql)
    {
        auto const explained = "EXPLAIN QUERY PLAN " + sql;
        auto const* rest = explained.c_str();
        auto const statement = prepare(rest);
        while (sqlite3_step(statement.get()) == SQLITE_ROW)
            std::printf("      %s\n", reinterpret_cast<char const*>(sqlite3_column_text(statement.get(), 3)));
    }

private:
    /// Moves `rest` behind what it prepared.
    Statement prepare(char const*& rest)
    {
        sqlite3_stmt* statement = nullptr;
        require(sqlite3_prepare_v2(database_.get(), rest, -1, &statement, &rest));
        return Statement{statement};
    }

    void require(int result)
    {
        if (result != SQLITE_OK) throw std::runtime_error{sqlite3_errmsg(database_.get())};
    }

    std::unique_ptr<sqlite3, Release<sqlite3_close_v2>> database_;
};

double milliseconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// Whether it kept to the limit.
bool time_statement(Reader& reader, NamedStatement const& statement, Arguments const& arguments)
{
    std::size_t rows = reader.run(statement.sql);
    std::vector<double> times;
    for (std::size_t i = 0; i < arguments.repeat; ++i) {
        auto const start = std::chrono::steady_clock::now();
        rows = reader.run(statement.sql);
        times.push_back(milliseconds_since(start));
    }
    std::sort(times.begin(), times.end());
    auto const median = times[times.size() / 2];
    auto const slow = median > arguments.limit;
    std::printf("%-70.70s %9.1f ms %8zu rows%s\n", statement.name.c_str(), median, rows, slow ? "  SLOW" : "");
    if (slow && arguments.explain) reader.print_plan(statement.sql);
    std::fflush(stdout);
    return !slow;
}

/// Under its name only when it is complete.
void make(fs::path const& database, std::size_t rows)
{
    auto const start = std::chrono::steady_clock::now();
    auto const part = database.string() + ".part";
    for (auto const* const suffix : {"", "-wal", "-shm"}) fs::remove(part + suffix);
    usaged::test::make_scale_database(part, rows);
    for (auto const* const suffix : {"-wal", "-shm"}) fs::remove(part + suffix);
    fs::rename(part, database);
    std::printf("made in %.1f s\n", milliseconds_since(start) / 1000);
    std::fflush(stdout);
}

void run(Arguments const& arguments)
{
    std::optional<usaged::test::TempDir> directory;
    auto database = arguments.database;
    if (database.empty()) database = directory.emplace().path() / "usage.db";
    if (!fs::exists(database)) make(database, arguments.rows);
    Reader reader{database};
    auto statements = plain_statements();
    for (auto const& manual : arguments.manuals)
        for (auto const& statement : usaged::test::read_statements(manual)) statements.push_back(statement);
    std::size_t slow = 0;
    for (auto const& statement : statements)
        if (!time_statement(reader, statement, arguments)) ++slow;
    std::printf("%zu of %zu take more than %.0f ms\n", slow, statements.size(), arguments.limit);
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"How long the views and the statements of manuals take on a large database"};
    Arguments arguments;
    add_options(app, arguments);
    CLI11_PARSE(app, argc, argv);
    try {
        run(arguments);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "usaged-scale-benchmark: %s\n", error.what());
        return 1;
    }
}
