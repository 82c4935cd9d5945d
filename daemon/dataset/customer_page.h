#pragma once

#include "daemon/dataset/snapshot.h"

#include <optional>
#include <string>
#include <vector>

namespace usaged {

/// One customer of the partner. (Partner Center docs: get-a-list-of-customers, customer-resources)
struct Customer {
    std::string id;           ///< GUID in lower case, for the path of requests
    std::string tenant_id;    ///< GUID in lower case; empty if there is none. Nearly always the same as `id`
    std::string company_name; ///< as it was sent; may be empty
};

/// One page of `GET /v1/customers`.
struct CustomerPage {
    std::vector<Customer> customers;
    std::string continuation_token; ///< for the header MS-ContinuationToken of the next page; empty on the last one
};

/// Decodes a page of the customer list; fields that are not needed are not looked at. `continuationToken` and the
/// MS-ContinuationToken of `links.next.headers` mean the same; if they differ, `links.next` counts.
/// Throws Error with ErrorCategory::data, with the JSON path of the offence, for anything else than a page of customers
/// each of which has an id that is a GUID.
CustomerPage decode_customer_page(std::string const& body);

} // namespace usaged
