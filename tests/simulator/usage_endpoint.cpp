#include "tests/simulator/usage_endpoint.h"

#include "tests/simulator/api_gate.h"
#include "tests/simulator/form.h"

#include <optional>
#include <string_view>

namespace usaged::test {
namespace {

/// The number in `page=N`; nothing for another query.
std::optional<std::size_t> page_number(std::string_view query)
{
    constexpr std::string_view name = "page=";
    return query.starts_with(name) ? parse_number(query.substr(name.size())) : std::nullopt;
}

} // namespace

Answer UsageEndpoint::answer(Request const& request, std::size_t step) const
{
    if (serves_series()) {
        if (!request.query().empty()) return bad_request("The resource takes no query.");
        return {200, {}, usage_body(series_.rows(step))};
    }
    auto const page = request.query().empty() ? std::size_t{1} : page_number(request.query()).value_or(0);
    if (page == 0 || page > pages_.size()) return bad_request("There is no such page.");
    if (page > 1 && request.value("MS-ContinuationToken") != continuation_token(page))
        return bad_request("MS-ContinuationToken does not belong to the page.");
    return {200, {}, pages_[page - 1]};
}

} // namespace usaged::test
