#include "daemon/poll/customer_list.h"

#include "daemon/poll/next_page.h"

#include <set>
#include <utility>

namespace usaged {

namespace {

constexpr std::string_view first_page = "/v1/customers?size=500"; // the most that Microsoft's own tools ask for
constexpr std::string_view later_page = "/v1/customers?size=500&seekOperation=Next";

/// Microsoft's own tools take it for the end that a token leads to no page.
bool is_end_of_list(Error const& error)
{
    return error.http_status() == 400 && error.api_code() == "2000";
}

boost::asio::awaitable<std::vector<Customer>> read_list(ApiClient& api, Dataset const& dataset,
                                                        std::string const& base_url)
{
    std::vector<Customer> customers;
    std::set<std::string> ids;
    PageTrail trail;
    CustomerPage page;
    std::string url = base_url + std::string{first_page};
    for (;;) {
        trail.enter(url, page.continuation_token);
        try {
            auto const response = co_await api.get(dataset, url, page.continuation_token);
            page = decode_customer_page(response.body);
        } catch (Error const& error) {
            if (page.continuation_token.empty() || !is_end_of_list(error)) throw;
            co_return customers;
        }
        for (auto& customer : page.customers)
            if (ids.insert(customer.id).second) customers.push_back(std::move(customer));
        if (page.continuation_token.empty()) co_return customers;
        url = base_url + std::string{later_page};
    }
}

} // namespace

boost::asio::awaitable<std::vector<Customer>> list_customers(ApiClient& api, Dataset const& dataset,
                                                             std::string const& base_url)
{
    try {
        co_return co_await read_list(api, dataset, base_url);
    } catch (Error& error) {
        place_answer(error, "customer list: ");
        throw;
    }
}

} // namespace usaged
