#pragma once

#include "tests/simulator/exchange.h"
#include "tests/simulator/market.h"

#include <cstddef>
#include <vector>

namespace usaged::test {

struct CustomerListOptions {
    std::size_t page_limit = 500; ///< customers on a page at most, whatever `size` says
    bool dangling_token = false;  ///< the last page carries a token too, whose request is refused with code 2000
};

/// What `GET /v1/customers` serves: `size` customers (0: as many as there may be), and with `seekOperation=Next` those
/// after the ones that the MS-ContinuationToken stands for. Without that header it is the first page again.
Answer answer_customer_list(Request const& request, std::vector<MarketCustomer> const& customers,
                            CustomerListOptions const& options);

} // namespace usaged::test
