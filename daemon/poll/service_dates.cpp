#include "daemon/poll/service_dates.h"

#include "daemon/fault/text.h"

#include <algorithm>

namespace usaged {

namespace {

constexpr std::size_t most_services = 1000; // memory does not grow with what a server thinks of

std::string day(std::string const& date)
{
    return date.substr(0, 10);
}

} // namespace

ServiceDates::ServiceDates(Dataset const& dataset)
    : service_column_{static_cast<std::size_t>(std::ranges::find(dataset.columns, Part::service, &Column::part) -
                                               dataset.columns.begin())}
{
}

void ServiceDates::note(Row const& row)
{
    auto const service = row.values[service_column_].text;
    auto const date = row.values.front().text;
    if (service == last_service_ && date == last_date_) return;
    last_service_ = service;
    last_date_ = date;
    note_new(service, date);
}

void ServiceDates::note_new(std::string_view service, std::string_view date)
{
    auto found = services_.find(service);
    if (found == services_.end()) {
        if (services_.size() == most_services) return;
        found = services_.emplace(std::string{service}, Dates{}).first;
    }
    auto& [oldest, newest, before] = found->second;
    if (oldest.empty() || date < oldest) oldest = date;
    if (date > newest) newest = date;
}

void ServiceDates::end_page()
{
    for (auto& [service, dates] : services_) {
        compare(service, dates);
        dates.before = dates.oldest == dates.newest ? dates.newest : std::string{};
    }
}

void ServiceDates::compare(std::string_view service, Dates const& dates)
{
    if (!change_.empty() || dates.before.empty() || dates.newest == dates.before) return;
    change_ = "the newest date of the service " + printable(service) + " changed from " + dates.before + " to " +
              dates.newest + " between two pages, so rows of both may be missing: usaged backfill --from " +
              day(dates.before) + " --to " + day(dates.newest) + " asks for them again";
}

} // namespace usaged
