#pragma once

#include "daemon/dataset/decode.h"

#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

Dataset const& usage();

/// A page of rows (each a JSON value), with the right count.
std::string page(std::vector<std::string> const& rows);

/// The page of a commercial dataset, with further members of the envelope.
std::string value_page(std::vector<std::string> const& rows, std::string_view members = R"(,"@nextLink":null)");

/// One good row whose `field` has the JSON value `value`, or no such field if `value` is empty.
std::string row_with(std::string_view field, std::string_view value);

/// The same for customer_licenses_usage, as in the documented sample: without the customer's id and the optional
/// fields.
std::string customer_row(std::string_view field = {}, std::string_view value = {});

/// The same for licenses_usage, with `licenseActive` as in the documented sample.
std::string commercial_row(std::string_view field = {}, std::string_view value = {});

/// `row` with further fields, given as JSON members.
std::string with(std::string row, std::string_view members);

/// A good row with further fields, given as JSON members.
std::string row_and(std::string_view members);

std::string good_row();

/// A row as the decoder handed it over: texts as they are, numbers with the fewest digits that read back the same,
/// `extra` last; joined by `|`.
using Rows = std::vector<std::string>;

struct Decoded {
    PageSummary summary;
    Rows rows;
};

/// How a page is decoded.
struct Decoding {
    Dataset const& dataset = usage();
    PageScope scope = {};
    DecodeRules rules = {};
};

/// Those of the dataset of that name.
Decoding of(std::string_view dataset, PageScope scope = {}, DecodeRules rules = {});

Decoded decode(PageDecoder& decoder, std::string const& body, Decoding const& how = {});
Decoded decode(std::string const& body, Decoding const& how);
Decoded decode(std::string const& body, DecodeRules rules = {});

/// What the refusal of `body` says. Fails the test if it is not refused, or with another category than data.
std::string refusal(std::string const& body, Decoding const& how);
std::string refusal(std::string const& body, DecodeRules rules = {});

} // namespace usaged::test
