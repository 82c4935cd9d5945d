#include "daemon/command/status_text.h"

#include "daemon/command/counted.h"
#include "daemon/fault/text.h"

#include <algorithm>
#include <array>
#include <span>
#include <sstream>

namespace usaged {

namespace {

constexpr std::string_view indentation = "                ";

/// A length of time in its largest unit that leaves two digits or so: `90 s`, `15 min`, `26 h`, `14 days`.
std::string length(std::chrono::milliseconds time)
{
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (seconds < 7200) return std::to_string(seconds / 60) + " min";
    if (seconds < 172800) return std::to_string(seconds / 3600) + " h";
    return std::to_string(seconds / 86400) + " days";
}

std::string age(Timestamp then, Timestamp now)
{
    return then > now ? "in the future" : length(now - then) + " old";
}

/// To the second: nobody reads the rest.
std::string instant(Timestamp at)
{
    auto text = format_timestamp(at);
    auto const fraction = text.find('.');
    return fraction == std::string::npos ? text : text.substr(0, fraction) + "Z";
}

std::string ago(std::optional<Timestamp> const& at, Timestamp now)
{
    if (!at) return "at an unknown time";
    return instant(*at) + (*at > now ? " (in the future)" : " (" + length(now - *at) + " ago)");
}

/// What came of a poll, in a few words.
std::string outcome(PollReport const& poll)
{
    if (poll.outcome.empty()) return "in hand";
    if (poll.outcome == "failed") return "failed (" + poll.error_category + ")";
    return poll.outcome + ", " + counted(poll.rows_received, "row") + (poll.degraded.empty() ? "" : ", degraded");
}

std::string poll_text(std::optional<PollReport> const& poll, Timestamp now)
{
    return poll ? ago(poll->started_at, now) + ", " + outcome(*poll) : "none";
}

std::string next_poll(DatasetStatus const& one, bool running, Timestamp now)
{
    auto const due =
        one.next_poll <= now ? "due now" : instant(one.next_poll) + " (in " + length(one.next_poll - now) + ")";
    return running ? due : due + ", when usaged runs";
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
    auto text = counted(static_cast<std::int64_t>(skipped.size()), "customer");
    std::string separator = ": ";
    auto const next_line = "\n" + std::string{indentation};
    for (auto const& customer : std::span{skipped}.first(std::min(shown, skipped.size()))) {
        text.append(separator).append(name_of(customer)).append(": ").append(printable(customer.reason));
        separator = next_line;
    }
    if (skipped.size() > shown) text.append(separator).append("and others, see the table skipped_customer");
    return text;
}

/// What happened last that went wrong, with all that it takes to mend it.
std::string error_text(DatasetStatus const& one, Timestamp now)
{
    auto const& error = *one.report.last_error;
    std::vector<std::string> lines{without_controls(error.error_message)};
    auto const failures = one.report.history.failures;
    if (failures > 1)
        lines.push_back(std::to_string(failures) + " polls in a row have failed, the first " +
                        ago(one.report.failing_since, now));
    if (!error.request_id.empty()) lines.push_back("request id " + without_controls(error.request_id));
    if (!error.correlation_id.empty()) lines.push_back("correlation id " + without_controls(error.correlation_id));
    if (!error.error_remedy.empty()) lines.push_back("To do: " + without_controls(error.error_remedy));
    std::string text;
    for (auto const& line : lines) text += (text.empty() ? "" : "\n" + std::string{indentation}) + line;
    return text;
}

/// Whether the last poll that ended failed.
bool is_failing(DatasetReport const& report)
{
    return report.last_error && (!report.last_success || report.last_success->id < report.last_error->id);
}

class Lines {
public:
    void add(std::string_view name, std::string const& value)
    {
        out_ << "  " << name << std::string(indentation.size() - 2 - name.size(), ' ') << value << '\n';
    }
    void heading(std::string const& text) { out_ << text << '\n'; }
    std::string text() const { return out_.str(); }

private:
    std::ostringstream out_;
};

void add_dataset(Lines& lines, DatasetStatus const& one, Status const& status)
{
    auto const& report = one.report;
    auto const now = status.checked_at;
    lines.heading(report.dataset + ": " + std::string{to_string(one.health.level)});
    lines.add("last poll", poll_text(report.last_poll, now));
    bool const told = report.last_poll && report.last_success && report.last_poll->id == report.last_success->id;
    if (!told) lines.add("last success", poll_text(report.last_success, now));
    lines.add("next poll", next_poll(one, status.process.has_value(), now));
    auto const newest = parse_timestamp(report.data_to);
    lines.add("data", newest ? "up to " + report.data_to + ", " + age(*newest, now) : "none");
    lines.add("rows", std::to_string(report.rows));
    if (report.last_success && !report.last_success->degraded.empty())
        lines.add("degraded", without_controls(report.last_success->degraded));
    if (!report.skipped.empty()) lines.add("left out", skipped_text(report.skipped));
    if (is_failing(report))
        lines.add("error", error_text(one, now));
    else if (report.last_error)
        lines.add("last error", ago(report.last_error->finished_at, now) + ", " + report.last_error->error_category +
                                    ", over since the next success");
}

std::string bytes_text(std::uintmax_t bytes)
{
    static constexpr std::array units{"bytes", "KiB", "MiB", "GiB"};
    std::size_t unit = 0;
    constexpr std::uintmax_t enough = 10 * std::uintmax_t{1024};
    while (bytes >= enough && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    return std::to_string(bytes) + " " + units[unit];
}

/// What is wrong, of as many datasets as there are, in one line.
std::string summary(Status const& status)
{
    std::string reasons;
    auto const add = [&reasons](std::string const& reason) { reasons += (reasons.empty() ? "" : "; ") + reason; };
    for (auto const& one : status.datasets)
        if (!one.health.reason.empty()) add(one.report.dataset + ": " + one.health.reason);
    if (!status.token_problem.empty()) add(status.token_problem);
    if (reasons.empty()) add(counted(static_cast<std::int64_t>(status.datasets.size()), "dataset") + " up to date");
    return std::string{to_string(status.level)} + " - " + without_controls(reasons);
}

} // namespace

std::string status_text(Status const& status)
{
    Lines lines;
    lines.heading(summary(status));
    for (auto const& one : status.datasets) add_dataset(lines, one, status);
    auto const& token = status.token_redeemed_at;
    lines.heading("usaged");
    lines.add("process", status.process ? std::to_string(*status.process) : "not running");
    lines.add("refresh token", token ? age(*token, status.checked_at) : "not stored, or not yours to read");
    if (!status.token_problem.empty()) lines.add("", without_controls(status.token_problem));
    lines.add("database", status.database + ", " + bytes_text(status.database_bytes));
    return lines.text();
}

} // namespace usaged
