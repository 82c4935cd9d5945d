#include "daemon/poll/customer_pages.h"

#include "daemon/fault/classify.h"
#include "daemon/poll/customer_list.h"
#include "daemon/poll/linked_pages.h"

namespace usaged {

namespace {

std::string place(std::string const& customer_id)
{
    return "customer " + customer_id + ": ";
}

SkippedCustomer skipped(Customer const& customer, Error const& error)
{
    return {customer.id, customer.company_name, std::string{error.what()} + ", MS-RequestId " + error.ids().request_id};
}

} // namespace

std::string customer_path(Dataset const& dataset, std::string const& id)
{
    constexpr std::string_view placeholder = "{customer-id}";
    std::string path{dataset.paths.front()};
    return path.replace(path.find(placeholder), placeholder.size(), id);
}

CustomerPages::CustomerPages(ApiClient& api, SnapshotBuilder& snapshot, FetchSettings const& settings,
                             Dataset const& dataset, ProgressObserver const& progress)
    : api_{api}, snapshot_{snapshot}, settings_{settings}, dataset_{dataset}, progress_{progress}
{
}

boost::asio::awaitable<void> CustomerPages::read()
{
    auto const customers = co_await list_customers(api_, dataset_, settings_.base_url);
    std::size_t refused = 0;
    std::int64_t done = 0;
    for (auto const& customer : customers) {
        auto refusal = co_await read_customer(customer);
        if (refusal && ++refused == customers.size()) throw Error{refusal->place(place(customer.id))};
        if (refusal) snapshot_.skip(skipped(customer, *refusal));
        if (progress_) progress_({"customers", ++done, static_cast<std::int64_t>(customers.size())});
    }
}

/// Why the customer is left out, nothing if it is not.
boost::asio::awaitable<std::optional<Error>> CustomerPages::read_customer(Customer const& customer)
{
    PageScope scope;
    scope.customer_id = customer.id;
    auto refusal = co_await read_as(customer.id, scope);
    // Microsoft's own tools put one or the other id into the path.
    bool const has_other_id = !customer.tenant_id.empty() && customer.tenant_id != customer.id;
    if (refusal && refusal->http_status() == 404 && has_other_id) refusal = co_await read_as(customer.tenant_id, scope);
    co_return refusal;
}

boost::asio::awaitable<std::optional<Error>> CustomerPages::read_as(std::string const& id, PageScope const& scope)
{
    auto const before = snapshot_.pages();
    auto const path = customer_path(dataset_, id);
    try {
        co_await read_linked_pages(api_, snapshot_, dataset_, settings_.base_url, path, scope);
    } catch (Error& error) {
        // After a page that is in the snapshot the customer is not left out but incomplete.
        if (snapshot_.pages() == before && refuses_customer(error)) co_return error;
        place_answer(error, place(scope.customer_id));
        throw;
    }
    co_return std::nullopt;
}

} // namespace usaged
