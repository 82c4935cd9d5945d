#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/decode.h"
#include "daemon/dataset/snapshot.h"

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace usaged {

/// Decodes the rows of a page. Private to the decoder: its interface speaks simdjson.
/// The service sends the fields of all rows in the same order and few different dates, so both are remembered from row
/// to row: that takes a string comparison a field where a look-up would take several.
class RowDecoder {
public:
    RowDecoder(Dataset const& dataset, DecodeRules rules);

    /// Adds to `summary` what it finds in `items`.
    void decode(simdjson::dom::array items, PageSummary& summary, RowVisitor const& visit);

private:
    /// What a field of a row means.
    struct Field {
        std::string name;
        enum class Kind { column, ignored, unknown } kind = Kind::unknown;
        std::size_t column = 0;
    };
    /// Why a row is bad. The path of the row goes before it.
    struct BadRow {
        std::string_view field;
        std::string_view reason;
    };

    std::optional<BadRow> decode_row(simdjson::dom::object object, std::size_t index);
    std::optional<BadRow> take_value(std::size_t column, simdjson::dom::element value);
    std::optional<BadRow> take_timestamp(std::size_t column, std::string_view text);
    std::optional<BadRow> take_percent(std::size_t column, simdjson::dom::element value);
    Field const& field_at(std::size_t position, std::string_view name);
    void note_good_row(PageSummary& summary);
    void build_extra();
    [[noreturn]] void refuse(std::size_t index, BadRow const& bad) const;

    Dataset const& dataset_;
    DecodeRules rules_;
    std::uint32_t all_columns_;
    std::vector<Field> order_; // the fields of the last row, as they came
    std::array<Value, max_columns> values_{};
    std::vector<std::pair<std::string, simdjson::dom::element>> unknown_;
    std::string extra_;

    /// The last dates met, as sent and as stored.
    struct Date {
        std::string sent;
        std::string stored;
    };
    std::array<Date, 4> dates_;
    std::size_t next_date_ = 0;
};

} // namespace usaged
