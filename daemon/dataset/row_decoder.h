#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/decode.h"
#include "daemon/dataset/guid.h"
#include "daemon/dataset/snapshot.h"

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace usaged {

/// The rows of a page, under the name that the page has for them.
struct PageItems {
    std::string_view name;
    simdjson::dom::array rows;
};

/// Decodes the rows of a page. Private to the decoder: its interface speaks simdjson.
/// The service sends the fields of all rows in the same order and few different dates, so both are remembered from row
/// to row: that takes a string comparison a field where a look-up would take several.
class RowDecoder {
public:
    RowDecoder(Dataset const& dataset, DecodeRules rules);

    /// Adds to `summary` what it finds in `items`.
    void decode(PageItems const& items, PageScope const& scope, PageSummary& summary, RowVisitor const& visit);

private:
    /// What a field of a row means.
    struct Field {
        std::string_view name;
        enum class Kind { column, ignored, unknown } kind = Kind::unknown;
        std::size_t column = 0;
        bool variant = false;     // the other spelling of the column's field
        std::size_t follower = 0; // in fields_: the field that came after this one last
    };
    /// Why a value is bad; empty if it is good.
    using Reason = std::string_view;
    /// Why a row is bad; without a reason it is good. The path of the row goes before it.
    struct BadRow {
        std::string_view field;
        Reason reason;
    };
    /// A set of columns, by their bits.
    using Columns = std::uint32_t;

    void enter(PageItems const& items, PageScope const& scope);
    BadRow decode_row(simdjson::dom::object object, std::size_t index);
    std::size_t field_after(std::size_t previous, std::string_view name);
    std::size_t look_up(std::size_t previous, std::string_view name);
    Reason take_field(Field const& field, simdjson::dom::element value, std::size_t index);
    Reason take_value(std::size_t column, simdjson::dom::element value);
    Reason take_text(std::size_t column, std::string_view text);
    Reason take_timestamp(std::size_t column, std::string_view text);
    Reason take_percent(std::size_t column, simdjson::dom::element value);
    Reason take_count(std::size_t column, simdjson::dom::element value);
    void take_scoped_customer(simdjson::dom::element value);
    void note_good_row(PageSummary& summary);
    void build_extra();
    std::string path_of(std::size_t index, std::string_view field) const;
    [[noreturn]] void refuse(std::size_t index, BadRow const& bad) const;

    Dataset const& dataset_;
    DecodeRules rules_;
    std::vector<Field> fields_; // the first one stands for the beginning of a row, and for all unknown fields

    // Of the page
    std::string_view items_name_;
    std::string_view customer_id_;              // of the scope
    Columns required_ = 0;                      // must be in each row
    Columns nullable_ = 0;                      // may be null, which is the same as not to be there
    std::array<Value, max_columns> defaults_{}; // of the columns that a row lacks

    // Of the row
    std::array<Value, max_columns> values_{};
    std::array<Columns, 2> seen_{}; // under the documented spelling, and under the other one
    std::array<std::array<char, guid_length>, max_columns> guids_{};
    std::vector<std::pair<std::string_view, simdjson::dom::element>> unknown_;
    std::size_t over_hundred_ = 0;
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
