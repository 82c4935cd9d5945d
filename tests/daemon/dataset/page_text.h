#pragma once

#include "daemon/dataset/decode.h"

#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

Dataset const& usage();

/// A page of rows (each a JSON value), with the right count.
std::string page(std::vector<std::string> const& rows);

/// One good row whose `field` has the JSON value `value`, or no such field if `value` is empty.
std::string row_with(std::string_view field, std::string_view value);

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

Decoded decode(PageDecoder& decoder, std::string const& body);
Decoded decode(std::string const& body, DecodeRules rules = {});

/// What the refusal of `body` says. Fails the test if it is not refused, or with another category than data.
std::string refusal(std::string const& body, DecodeRules rules = {});

} // namespace usaged::test
