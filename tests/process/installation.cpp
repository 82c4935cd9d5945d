#include "tests/process/installation.h"

#include "tests/process/secret_search.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <csignal>
#include <exception>
#include <stdexcept>

namespace usaged::test {
namespace {

std::string value_text(sqlite3_stmt* statement, int column)
{
    if (sqlite3_column_type(statement, column) == SQLITE_FLOAT)
        return shortest_number(sqlite3_column_double(statement, column));
    auto const* const bytes = static_cast<char const*>(sqlite3_column_blob(statement, column));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return bytes == nullptr ? std::string{} : std::string{bytes, size};
}

std::string row_text(sqlite3_stmt* statement)
{
    std::string text;
    for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        if (column > 0) text += '|';
        text += value_text(statement, column);
    }
    return text;
}

std::vector<std::string> joined(std::vector<std::string> first, std::vector<std::string> const& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

ProcessOptions recorded(ProcessOptions options, Installation const& installation)
{
    options.transcript = installation.transcript;
    return options;
}

ProcessOptions with_manager(ProcessOptions options, NotifySocket const& manager)
{
    options.environment["NOTIFY_SOCKET"] = manager.path();
    return options;
}

/// Empty if there is no such file.
std::string content_of(std::filesystem::path const& file)
{
    return std::filesystem::is_regular_file(file) ? read_file(file) : std::string{};
}

} // namespace

std::vector<std::string> query(std::filesystem::path const& database, std::string const& sql)
{
    sqlite3* connection = nullptr;
    sqlite3_stmt* statement = nullptr;
    auto result = sqlite3_open_v2(database.c_str(), &connection, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_busy_timeout(connection, 10'000);
    if (result == SQLITE_OK) result = sqlite3_prepare_v2(connection, sql.c_str(), -1, &statement, nullptr);
    std::vector<std::string> rows;
    while (result == SQLITE_OK || result == SQLITE_ROW) {
        result = sqlite3_step(statement);
        if (result == SQLITE_ROW) rows.push_back(row_text(statement));
    }
    std::string const error = sqlite3_errmsg(connection);
    sqlite3_finalize(statement);
    sqlite3_close(connection);
    if (result != SQLITE_DONE) throw std::runtime_error{database.string() + ": " + sql + ": " + error};
    return rows;
}

void execute(std::filesystem::path const& database, std::string const& sql)
{
    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(database.c_str(), &connection) == SQLITE_OK);
    CHECK(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(connection);
}

Installation::Installation(std::map<std::string, std::string> const& overrides, SimulatorOptions const& options)
    : simulator{options}, configuration{simulator.configuration(directory.path(), overrides)}
{
}

Installation::~Installation()
{
    try {
        for (auto const& leak : leaked_secrets()) FAIL_CHECK(leak);
    } catch (std::exception const& error) {
        FAIL_CHECK("the search for secrets failed: " << error.what());
    }
}

std::vector<std::string> Installation::leaked_secrets() const
{
    auto const secrets = simulator.secrets();
    std::vector<std::string> found;
    auto const search = [&](std::string const& text, std::string const& place) {
        found = joined(std::move(found), leaks(secrets, text, place));
    };
    for (auto const& [command, ended] : transcript->entries) {
        search(ended.output, "the output of `" + command + '`');
        search(ended.log, "the log of `" + command + '`');
    }
    for (auto const* const suffix : {"", "-wal", "-shm"})
        search(content_of(database().string() + suffix), database().filename().string() + suffix);
    return found;
}

void Installation::configure(std::map<std::string, std::string> const& overrides) const
{
    simulator.configuration(directory.path(), overrides);
}

Ended Installation::usaged(std::vector<std::string> const& arguments) const
{
    return start(arguments).wait();
}

Ended Installation::fetch(std::vector<std::string> const& arguments) const
{
    return usaged(joined({"fetch"}, arguments));
}

UsagedProcess Installation::start(std::vector<std::string> const& arguments, ProcessOptions const& options) const
{
    return UsagedProcess{joined({"--config", configuration.string()}, arguments), recorded(options, *this)};
}

std::vector<std::string> Installation::query(std::string const& sql) const
{
    return test::query(database(), sql);
}

std::vector<std::string> Installation::stored_rows() const
{
    return query("SELECT processed_date_time, service_name, workload_name, channel, prorated_licenses_usage_percent "
                 "FROM partner_licenses_usage ORDER BY 1, 2, 3, 4");
}

std::vector<std::string> Installation::revisions() const
{
    return query("SELECT * FROM partner_licenses_usage_revision ORDER BY rowid");
}

std::vector<std::string> Installation::polls() const
{
    return query(R"(SELECT "trigger", outcome, error_category FROM poll ORDER BY id)");
}

Daemon::Daemon(Installation const& installation, ProcessOptions options)
    : manager{installation.directory.path() / "notify"}, process{
                                                             {"--config", installation.configuration.string(), "run"},
                                                             recorded(with_manager(std::move(options), manager),
                                                                      installation)}
{
    manager.wait_for("READY=1");
}

Ended Daemon::stop()
{
    process.signal(SIGTERM);
    return process.wait();
}

} // namespace usaged::test
