#include "daemon/command/backfill_options.h"

#include "daemon/dataset/timestamp.h"
#include "daemon/fault/text.h"

namespace usaged {

namespace {

constexpr std::chrono::days most_days{3660};

std::chrono::sys_days parse_date(std::string const& option, std::string const& text)
{
    constexpr std::size_t length = 10; // of a date alone: times of day mean nothing here
    auto const normalized = text.size() == length ? normalize_timestamp(text) : std::nullopt;
    if (!normalized) throw UsageError{option + ": " + printable(text) + " is no date YYYY-MM-DD"};
    return std::chrono::floor<std::chrono::days>(*parse_timestamp(*normalized));
}

} // namespace

BackfillOptions backfill_options(std::string const& from, std::string const& to, std::vector<std::string> datasets,
                                 std::chrono::sys_days today)
{
    BackfillOptions options{parse_date("--from", from), parse_date("--to", to), std::move(datasets)};
    if (options.from > options.to) throw UsageError{"--from must not be after --to"};
    if (options.to > today) throw UsageError{"--to must not be after today, in UTC"};
    if (options.to - options.from >= most_days)
        throw UsageError{"the dates must not be more than " + std::to_string(most_days.count()) + " days"};
    return options;
}

} // namespace usaged
