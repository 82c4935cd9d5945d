#pragma once

#include "daemon/dataset/customer_page.h"
#include "daemon/poll/api_client.h"

#include <string>
#include <vector>

namespace usaged {

/// All customers of the partner, each once, in the order of the list. Borrows the references until it ends. Throws
/// Error: a list that breaks off is none. (Partner Center docs: get-a-list-of-customers)
boost::asio::awaitable<std::vector<Customer>> list_customers(ApiClient& api, Dataset const& dataset,
                                                             std::string const& base_url);

} // namespace usaged
