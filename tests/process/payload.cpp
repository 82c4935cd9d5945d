#include "tests/process/payload.h"

#include "tests/simulator/json_text.h"

namespace usaged::test {

Item item(std::string_view workload)
{
    return {{"workloadName", json_text(workload)},
            {"serviceName", R"("o365")"},
            {"channel", R"("reseller")"},
            {"processedDateTime", R"("2017-03-10T00:00:00+00:00")"},
            {"proratedLicensesUsagePercent", "0.5"}};
}

Item item_with(std::string const& field, std::string const& json)
{
    auto changed = item();
    if (json.empty())
        changed.erase(field);
    else
        changed[field] = json;
    return changed;
}

std::string to_json(Item const& item)
{
    std::string json;
    for (auto const& [field, value] : item) json += (json.empty() ? '{' : ',') + json_text(field) + ':' + value;
    return json + '}';
}

std::string to_json(std::vector<Item> const& items)
{
    std::string json = "[";
    for (auto const& each : items) json += (json.size() > 1 ? "," : "") + to_json(each);
    return json + ']';
}

std::string body_of(std::vector<Item> const& items)
{
    return body_of(to_json(items), std::to_string(items.size()));
}

std::string body_of(std::string const& items, std::string const& count)
{
    return R"({"totalCount":)" + count + R"(,"items":)" + items + R"(,"attributes":{"objectType":"Collection"}})";
}

} // namespace usaged::test
