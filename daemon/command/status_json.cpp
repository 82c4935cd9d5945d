#include "daemon/command/status_json.h"

#include "daemon/command/command.h"
#include "daemon/command/json_writer.h"

#include <sstream>

namespace usaged {

namespace {

std::string instant(std::optional<Timestamp> const& at)
{
    return at ? format_timestamp(*at) : std::string{};
}

void write_age(JsonWriter& json, std::string_view name, std::optional<Timestamp> const& then, Timestamp now)
{
    if (then)
        json.number(name, std::chrono::floor<std::chrono::seconds>(now - *then).count());
    else
        json.null(name);
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
    json.text_or_null("started_at", instant(poll->started_at));
    json.text_or_null("finished_at", instant(poll->finished_at));
    json.text_or_null("outcome", poll->outcome);
    json.text_or_null("degraded", poll->degraded);
    json.text_or_null("error_category", poll->error_category);
    json.text_or_null("error_message", poll->error_message);
    json.text_or_null("error_remedy", poll->error_remedy);
    json.text_or_null("request_id", poll->request_id);
    json.text_or_null("correlation_id", poll->correlation_id);
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

void write_dataset(JsonWriter& json, DatasetStatus const& one, Timestamp now)
{
    auto const& report = one.report;
    json.begin_object();
    json.text("dataset", report.dataset);
    json.text("status", to_string(one.health.level));
    json.text_or_null("reason", one.health.reason);
    write_poll(json, "last_poll", report.last_poll);
    write_poll(json, "last_success", report.last_success);
    write_poll(json, "last_error", report.last_error);
    json.number("failures", report.history.failures);
    json.text_or_null("failing_since", instant(report.failing_since));
    json.text("next_poll", format_timestamp(one.next_poll));
    json.text_or_null("data_to", report.data_to);
    write_age(json, "data_age_seconds", parse_timestamp(report.data_to), now);
    json.number("rows", report.rows);
    write_skipped(json, report.skipped);
    json.end_object();
}

void write_beginning(JsonWriter& json, HealthLevel level, Timestamp checked_at)
{
    json.begin_object();
    json.text("status", to_string(level));
    json.text("version", version_number());
    json.text("checked_at", format_timestamp(checked_at));
}

} // namespace

std::string status_json(Status const& status)
{
    std::ostringstream out;
    JsonWriter json{out};
    write_beginning(json, status.level, status.checked_at);
    json.begin_array("datasets");
    for (auto const& one : status.datasets) write_dataset(json, one, status.checked_at);
    json.end_array();
    if (status.process)
        json.number("process", *status.process);
    else
        json.null("process");
    json.text_or_null("refresh_token_issued_at", instant(status.token_redeemed_at));
    write_age(json, "refresh_token_age_seconds", status.token_redeemed_at, status.checked_at);
    json.text_or_null("refresh_token_problem", status.token_problem);
    json.text("database", status.database);
    json.number("database_bytes", static_cast<std::int64_t>(status.database_bytes));
    json.end_object();
    out << '\n';
    return out.str();
}

std::string unknown_status_json(Error const& error, Timestamp checked_at)
{
    std::ostringstream out;
    JsonWriter json{out};
    write_beginning(json, HealthLevel::unknown, checked_at);
    json.text("reason", error.what());
    json.text_or_null("remedy", error.remedy());
    json.end_object();
    out << '\n';
    return out.str();
}

} // namespace usaged
