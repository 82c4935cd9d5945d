#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace usaged::test {

/// One item of `/v1/analytics/licenses/usage`.
struct UsageRow {
    std::string workload_name;
    std::string service_name;
    std::string channel;
    std::chrono::sys_days processed_date;
    double prorated_licenses_usage_percent = 0;

    bool operator==(UsageRow const&) const = default;
};

/// `2017-03-10T00:00:00+00:00`, as the service writes a processing date.
std::string wire_date_time(std::chrono::sys_days date);

/// `2017-03-10T00:00:00Z`, as the database holds it.
std::string stored_date_time(std::chrono::sys_days date);

/// The body of an answer that holds these rows: UTF-8 byte order mark and JSON without white space.
std::string usage_body(std::vector<UsageRow> const& rows);

/// The bodies of an answer in pages of `page_size` rows, all but the last with `links.next`.
std::vector<std::string> usage_pages(std::vector<UsageRow> const& rows, std::size_t page_size);

/// What a request for page `page` (the first is 1) has to carry as MS-ContinuationToken.
std::string continuation_token(std::size_t page);

/// A large snapshot for one date: distinct workloads, values between 0 and 1 that differ from row to row.
std::vector<UsageRow> many_usage_rows(std::size_t count, std::chrono::sys_days date);

/// The answers of a service over the days: what the endpoint serves, one step after the other. The same seed gives the
/// same series. Step 0 is the documented sample. A fresh step moves at least one service on by one day, and the days of
/// a service have no gap; a restated one changes values of dates already served; an unchanged one repeats the answer.
class UsageSeries {
public:
    enum class Step { sample, fresh, restated, unchanged };

    /// Ends after `dates` processing dates of o365, the sample's included.
    UsageSeries(std::uint64_t seed, std::size_t dates);

    /// How many steps there are; at least 1.
    std::size_t size() const { return answers_.size(); }

    /// Steps after the last one are the last one.
    std::vector<UsageRow> const& rows(std::size_t step) const;
    Step kind(std::size_t step) const;

    /// What somebody holds who took every answer up to and with `last`: the newest value of each key, in the order of
    /// date, service, workload, channel.
    std::vector<UsageRow> history(std::size_t last) const;

    /// How many values answers up to and with `last` replaced by another one.
    std::size_t revisions(std::size_t last) const;

private:
    std::vector<std::vector<UsageRow>> answers_;
    std::vector<Step> kinds_;
};

} // namespace usaged::test
