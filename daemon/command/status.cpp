#include "config/load_config.h"
#include "daemon/auth/token_file.h"
#include "daemon/command/command.h"
#include "daemon/command/failure.h"
#include "daemon/command/health.h"
#include "daemon/command/json_writer.h"
#include "daemon/command/service.h"
#include "daemon/poll/poll_loop.h"
#include "storage/reports.h"

#include <algorithm>
#include <iostream>
#include <span>

namespace usaged {

namespace {

/// All that `status` says of one dataset.
struct DatasetStatus {
    DatasetReport report;
    Health health;
    Timestamp next_poll;
};

struct Status {
    HealthLevel level = HealthLevel::ok;
    std::vector<DatasetStatus> datasets;
    std::string database;
    std::uintmax_t database_bytes = 0;
    std::string
        token_issued_at; ///< when the stored refresh token came; empty if none is stored or it is not ours to read
    std::string token_problem; ///< why the newest refresh token is not stored; empty if it is
};

/// How old an instant is, in its largest unit.
std::string age(Timestamp then, Timestamp now)
{
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
    if (seconds < 0) return "in the future";
    if (seconds < 120) return std::to_string(seconds) + " s old";
    if (seconds < 7200) return std::to_string(seconds / 60) + " min old";
    if (seconds < 172800) return std::to_string(seconds / 3600) + " h old";
    return std::to_string(seconds / 86400) + " days old";
}

std::string instant_text(std::optional<Timestamp> const& instant)
{
    return instant ? format_timestamp(*instant) : std::string{};
}

void add_token(Status& status, Config const& config, Reports& reports)
{
    try {
        if (auto const token = TokenFile{config.state_dir / "refresh_token"}.load())
            status.token_issued_at = token->redeemed_at;
    } catch (Error const&) {
        // Members of the group may read the database but not the token, and that is no fault.
    }
    auto const failed = reports.last_token_event("store_failed");
    auto const stored = reports.last_token_event("rotated");
    if (failed && (!stored || stored->at < failed->at)) {
        status.token_problem = failed->detail;
        status.level = HealthLevel::critical;
    }
}

Status read_status(Config const& config, Timestamp now)
{
    Reports reports{config.storage.sqlite_path};
    Status status;
    status.database = config.storage.sqlite_path.string();
    status.database_bytes = reports.bytes();
    for (auto const& each : config.datasets) {
        DatasetStatus one;
        one.report = reports.dataset(*each.dataset);
        one.health = assess(one.report, each.schedule, now);
        auto const seed = jitter_seed(installation_seed(config), *each.dataset);
        one.next_poll = next_due(each.schedule, one.report.history, now, seed).at;
        status.level = worse(status.level, one.health.level);
        status.datasets.push_back(std::move(one));
    }
    add_token(status, config, reports);
    return status;
}

std::string poll_text(PollReport const& poll)
{
    auto text = instant_text(poll.started_at) + "  ";
    if (poll.outcome.empty()) return text + "in hand";
    if (poll.outcome == "failed") return text + "failed (" + poll.error_category + "): " + poll.error_message;
    text += poll.outcome + ", " + std::to_string(poll.rows_received) + (poll.rows_received == 1 ? " row" : " rows");
    if (!poll.degraded.empty()) text += ", degraded: " + poll.degraded;
    return text;
}

std::string name_of(SkippedCustomer const& customer)
{
    auto const id = printable(customer.customer_id);
    return customer.customer_name.empty() ? id : printable(customer.customer_name) + " (" + id + ")";
}

/// The customers whose rows Partner Center refuses, as far as a terminal has room for them.
std::string skipped_text(std::vector<SkippedCustomer> const& skipped)
{
    constexpr std::size_t shown = 10;
    auto text = std::to_string(skipped.size()) + (skipped.size() == 1 ? " customer" : " customers");
    auto const* separator = ": ";
    for (auto const& customer : std::span{skipped}.first(std::min(shown, skipped.size()))) {
        text.append(separator).append(name_of(customer)).append(": ").append(printable(customer.reason));
        separator = "\n                ";
    }
    if (skipped.size() > shown) text.append(separator).append("and others, see the table skipped_customer");
    return text;
}

void print_dataset(DatasetStatus const& one, Timestamp now)
{
    auto const& report = one.report;
    auto const line = [](std::string_view name, std::string const& value) {
        std::cout << "  " << name << std::string(14 - name.size(), ' ') << value << '\n';
    };
    std::cout << report.dataset << ": " << to_string(one.health.level) << '\n';
    line("last poll", report.last_poll ? poll_text(*report.last_poll) : "none");
    line("last success", report.last_success ? poll_text(*report.last_success) : "none");
    line("next poll", one.next_poll <= now ? "due now" : format_timestamp(one.next_poll));
    auto const newest = parse_timestamp(report.data_to);
    line("data", newest ? report.data_to + ", " + age(*newest, now) : "none");
    line("rows", std::to_string(report.rows));
    if (!report.skipped.empty()) line("left out", skipped_text(report.skipped));
    line("last error", report.last_error ? poll_text(*report.last_error) : "none");
}

void print_text(Status const& status, Timestamp now)
{
    std::cout << to_string(status.level);
    auto const* separator = " - ";
    for (auto const& one : status.datasets) {
        if (one.health.reason.empty()) continue;
        std::cout << separator << one.report.dataset << ": " << one.health.reason;
        separator = "; ";
    }
    if (!status.token_problem.empty()) std::cout << separator << status.token_problem;
    std::cout << '\n';
    for (auto const& one : status.datasets) print_dataset(one, now);
    auto const obtained = parse_timestamp(status.token_issued_at);
    std::cout << "refresh token: " << (obtained ? age(*obtained, now) : "not stored, or not yours to read") << '\n'
              << "database: " << status.database << ", " << status.database_bytes << " bytes" << std::endl;
}

void write_poll(JsonWriter& json, std::string_view name, std::optional<PollReport> const& poll)
{
    if (!poll) {
        json.null(name);
        return;
    }
    json.begin_object(name);
    json.number("id", poll->id);
    json.text("trigger", poll->trigger);
    json.text_or_null("started_at", instant_text(poll->started_at));
    json.text_or_null("finished_at", instant_text(poll->finished_at));
    json.text_or_null("outcome", poll->outcome);
    json.text_or_null("degraded", poll->degraded);
    json.text_or_null("error_category", poll->error_category);
    json.text_or_null("error_message", poll->error_message);
    json.number("rows_received", poll->rows_received);
    json.end_object();
}

void write_skipped(JsonWriter& json, std::vector<SkippedCustomer> const& skipped)
{
    json.begin_array("skipped_customers");
    for (auto const& customer : skipped) {
        json.begin_object();
        json.text("customer_id", customer.customer_id);
        json.text_or_null("customer_name", customer.customer_name);
        json.text("reason", customer.reason);
        json.end_object();
    }
    json.end_array();
}

void print_json(Status const& status)
{
    JsonWriter json{std::cout};
    json.begin_object();
    json.text("status", to_string(status.level));
    json.begin_array("datasets");
    for (auto const& one : status.datasets) {
        json.begin_object();
        json.text("dataset", one.report.dataset);
        json.text("status", to_string(one.health.level));
        json.text_or_null("reason", one.health.reason);
        write_poll(json, "last_poll", one.report.last_poll);
        write_poll(json, "last_success", one.report.last_success);
        write_poll(json, "last_error", one.report.last_error);
        json.text("next_poll", format_timestamp(one.next_poll));
        json.text_or_null("data_to", one.report.data_to);
        json.number("rows", one.report.rows);
        write_skipped(json, one.report.skipped);
        json.end_object();
    }
    json.end_array();
    json.text_or_null("refresh_token_issued_at", status.token_issued_at);
    json.text_or_null("refresh_token_problem", status.token_problem);
    json.text("database", status.database);
    json.number("database_bytes", static_cast<std::int64_t>(status.database_bytes));
    json.end_object();
    std::cout << std::endl;
}

void print_unknown_json(Error const& error)
{
    JsonWriter json{std::cout};
    json.begin_object();
    json.text("status", to_string(HealthLevel::unknown));
    json.text("reason", error.what());
    json.end_object();
    std::cout << std::endl;
}

} // namespace

int status(GlobalOptions const& options, bool json)
{
    auto const now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    try {
        auto const found = read_status(load_config(options.config_file), now);
        if (json)
            print_json(found);
        else
            print_text(found, now);
        return static_cast<int>(found.level);
    } catch (Error const& error) {
        if (json)
            print_unknown_json(error);
        else
            std::cout << "UNKNOWN - " << error.what() << std::endl;
        if (!error.remedy().empty()) std::cerr << error.remedy() << '\n';
        return static_cast<int>(HealthLevel::unknown);
    }
}

} // namespace usaged
