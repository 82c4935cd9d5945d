#include "tests/process/cookbook.h"
#include "tests/process/cookbook_text.h"

#include <algorithm>
#include <set>

namespace usaged::test {
namespace {

/// Days from the one date to the other.
int days_between(std::string const& from, std::string const& to)
{
    auto const first = parse_timestamp(day_of(from) + "T00:00:00Z");
    auto const last = parse_timestamp(day_of(to) + "T00:00:00Z");
    return static_cast<int>(std::chrono::floor<std::chrono::days>(last.value() - first.value()).count());
}

/// The coverage of one service; `dates` are its days, `end` is the newest of the dataset.
Lines coverage(std::string const& names, std::set<std::string> const& dates, std::string const& end)
{
    auto const expected = days_between(*dates.begin(), end) + 1;
    auto const present = static_cast<int>(dates.size());
    auto const service = line({names, *dates.begin(), *dates.rbegin(), std::to_string(expected),
                               std::to_string(present), std::to_string(expected - present)});
    Lines lines;
    for (auto const& date : dates) {
        auto const next = std::next(dates.find(date));
        auto const following = next == dates.end() ? plus_days(end, 1) : *next;
        auto const missing = days_between(date, following) - 1;
        if (missing > 0)
            lines.push_back(line({service, plus_days(date, 1), plus_days(following, -1), std::to_string(missing)}));
    }
    return lines.empty() ? Lines{line({service, "", "", ""})} : lines;
}

Lines missing_days(SimulatedYear const& year)
{
    Lines lines;
    for (auto const& [dataset, ledger] : year.ledgers) {
        std::map<std::string, std::set<std::string>> days;
        std::string end;
        for (auto const& [service, dates] : ledger.dates())
            for (auto const& date : dates) {
                days[service].insert(day_of(date));
                end = std::max(end, day_of(date));
            }
        for (auto const& [service, of_service] : days)
            for (auto const& text : coverage(line({dataset, service}), of_service, end)) lines.push_back(text);
    }
    return lines;
}

Lines last_failures(SimulatedYear const& year)
{
    auto failed = year.failed_polls();
    std::reverse(failed.begin(), failed.end());
    failed.resize(std::min<std::size_t>(failed.size(), 5));
    Lines lines;
    for (auto const& poll : failed) {
        auto const& last = poll.requests.back();
        lines.push_back(line({format_timestamp(poll.started_at), poll.dataset, poll.category, poll.message,
                              std::to_string(last.request.attempt), std::to_string(last.status), "",
                              last.header("MS-RequestId"), last.header("MS-CorrelationId")}));
    }
    return lines;
}

/// Seconds with at most one decimal, halves upwards.
std::string seconds_text(std::chrono::milliseconds sum, std::int64_t count)
{
    return tenths_text((2 * sum.count() + 100 * count) / (200 * count));
}

Lines duration_of_polls(SimulatedYear const& year)
{
    struct Work {
        std::int64_t polls = 0, requests = 0, throttled = 0, asked_to_wait = 0;
        std::chrono::milliseconds sum{0}, longest{0};
    };
    std::map<std::string, Work> datasets;
    auto const from = year.polls.back().started_at - std::chrono::days{7};
    for (auto const& poll : year.polls) {
        if (poll.started_at <= from) continue;
        auto& work = datasets[poll.dataset];
        ++work.polls;
        work.sum += poll.finished_at - poll.started_at;
        work.longest = std::max(work.longest, poll.finished_at - poll.started_at);
        work.requests += static_cast<std::int64_t>(poll.requests.size());
        for (auto const& sent : poll.requests) {
            if (sent.status != 429) continue;
            ++work.throttled;
            work.asked_to_wait += std::stoi(sent.retry_after);
        }
    }
    Lines lines;
    for (auto const& [dataset, work] : datasets)
        lines.push_back(line({dataset, std::to_string(work.polls), seconds_text(work.sum, work.polls),
                              seconds_text(work.longest, 1), std::to_string(work.requests),
                              std::to_string(work.throttled), std::to_string(work.asked_to_wait)}));
    return lines;
}

Lines new_fields(SimulatedYear const& year)
{
    auto const& last = year.polls.back();
    auto const at = format_timestamp(last.finished_at);
    return {line(
        {at, last.dataset, "new_field", std::string{SimulatedYear::new_field}, format_timestamp(last.started_at)})};
}

Lines left_out(SimulatedYear const& year)
{
    std::map<std::string, PolledOnce> newest;
    for (auto const& poll : year.polls)
        if (poll.category.empty()) newest[poll.dataset] = poll;
    Lines lines;
    for (auto const& [dataset, poll] : newest)
        for (auto const& skipped : poll.skipped)
            lines.push_back(line({dataset, format_timestamp(poll.started_at), skipped.customer_id,
                                  skipped.customer_name, skipped.reason}));
    return lines;
}

} // namespace

Expectations expected_about_operations()
{
    return {{"Which days are missing?", missing_days},
            {"Why did last night fail?", last_failures},
            {"How long do the polls take, how many requests do they make, and are we throttled?", duration_of_polls},
            {"What did Microsoft change in the API?", new_fields},
            {"Whose numbers are left out, and why?", left_out}};
}

} // namespace usaged::test
