#include "daemon/dataset/row_decoder.h"

#include "daemon/dataset/page_error.h"
#include "daemon/dataset/timestamp.h"

#include <algorithm>

namespace usaged {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t max_text = 4096;

std::string row_path(Dataset const& dataset, std::size_t index, std::string_view field)
{
    auto path = std::string{dataset.envelope.items} + "[" + std::to_string(index) + "]";
    if (!field.empty()) path.append(1, '.').append(field);
    return path;
}

} // namespace

RowDecoder::RowDecoder(Dataset const& dataset, DecodeRules rules)
    : dataset_{dataset}, rules_{rules}, all_columns_{(1U << dataset.columns.size()) - 1U}
{
}

void RowDecoder::decode(dom::array items, PageSummary& summary, RowVisitor const& visit)
{
    for (dom::element const item : items) {
        auto const index = summary.items++;
        dom::object object;
        std::optional<BadRow> bad;
        if (item.get(object) != simdjson::SUCCESS)
            bad = BadRow{{}, "is not an object"};
        else
            bad = decode_row(object, index);

        if (!bad) {
            note_good_row(summary);
            visit(Row{std::span{values_}.first(dataset_.columns.size()), index, extra_});
        } else if (!rules_.quarantine_bad_rows) {
            refuse(index, *bad);
        } else if (summary.bad_rows++ == 0) {
            summary.first_bad = row_path(dataset_, index, bad->field) + ' ' + std::string{bad->reason};
        }
    }
}

std::optional<RowDecoder::BadRow> RowDecoder::decode_row(dom::object object, std::size_t index)
{
    std::uint32_t seen = 0;
    std::optional<BadRow> bad;
    std::size_t position = 0;
    unknown_.clear();
    for (auto const& [key, value] : object) {
        auto const& field = field_at(position++, key);
        if (field.kind == Field::Kind::column) {
            auto const bit = 1U << field.column;
            // A repeated field is no bad row but a page that contradicts itself.
            if ((seen & bit) != 0) refuse(index, {dataset_.columns[field.column].field, "is repeated"});
            seen |= bit;
            if (auto found = take_value(field.column, value); found && !bad) bad = found;
        } else if (field.kind == Field::Kind::unknown) {
            unknown_.emplace_back(std::string{key}, value);
        }
    }
    if (bad) return bad;
    if (seen != all_columns_) {
        std::size_t column = 0;
        while ((seen & (1U << column)) != 0) ++column;
        return BadRow{dataset_.columns[column].field, "is missing"};
    }
    extra_.clear();
    if (!unknown_.empty()) build_extra();
    return std::nullopt;
}

RowDecoder::Field const& RowDecoder::field_at(std::size_t position, std::string_view name)
{
    if (position < order_.size() && order_[position].name == name) return order_[position];

    Field field{std::string{name}, Field::Kind::unknown, 0};
    for (std::size_t i = 0; i < dataset_.columns.size(); ++i) {
        auto const& column = dataset_.columns[i];
        if (name == column.field || (!column.variant.empty() && name == column.variant)) {
            field.kind = Field::Kind::column;
            field.column = i;
        }
    }
    if (std::find(dataset_.ignored_fields.begin(), dataset_.ignored_fields.end(), name) !=
        dataset_.ignored_fields.end())
        field.kind = Field::Kind::ignored;
    // A row of absurdly many fields must not make us remember them all.
    static constexpr std::size_t most_remembered = 256;
    if (position >= order_.size() && order_.size() < most_remembered) order_.resize(position + 1);
    auto& slot = order_[std::min(position, order_.size() - 1)];
    slot = std::move(field);
    return slot;
}

std::optional<RowDecoder::BadRow> RowDecoder::take_value(std::size_t column, dom::element value)
{
    auto const& description = dataset_.columns[column];
    if (description.type == ColumnType::percent) return take_percent(column, value);

    std::string_view text;
    if (value.is_null()) return BadRow{description.field, "is null"};
    if (value.get(text) != simdjson::SUCCESS) return BadRow{description.field, "is not a text"};
    if (text.empty()) return BadRow{description.field, "is empty"};
    if (text.size() > max_text) return BadRow{description.field, "is longer than 4096 bytes"};
    if (text.find('\0') != std::string_view::npos) return BadRow{description.field, "contains U+0000"};
    if (description.type == ColumnType::timestamp) return take_timestamp(column, text);
    values_[column].text = text;
    return std::nullopt;
}

std::optional<RowDecoder::BadRow> RowDecoder::take_timestamp(std::size_t column, std::string_view text)
{
    auto known = std::find_if(dates_.begin(), dates_.end(), [&](Date const& date) { return date.sent == text; });
    if (known == dates_.end()) {
        auto stored = normalize_timestamp(text);
        if (!stored) return BadRow{dataset_.columns[column].field, "is not a date and time that exists"};
        known = dates_.begin() + static_cast<std::ptrdiff_t>(next_date_++ % dates_.size());
        *known = Date{std::string{text}, std::move(*stored)};
    }
    values_[column].text = known->stored;
    return std::nullopt;
}

std::optional<RowDecoder::BadRow> RowDecoder::take_percent(std::size_t column, dom::element value)
{
    auto const& field = dataset_.columns[column].field;
    double number = 0;
    if (value.is_null()) return BadRow{field, "is null"};
    if (value.get(number) != simdjson::SUCCESS) return BadRow{field, "is not a number"};
    if (number < 0) return BadRow{field, "is negative"};
    values_[column].real = number;
    return std::nullopt;
}

void RowDecoder::note_good_row(PageSummary& summary)
{
    for (std::size_t i = 0; i < dataset_.columns.size(); ++i) {
        auto const type = dataset_.columns[i].type;
        if (type == ColumnType::timestamp) {
            auto const& date = values_[i].text;
            if (summary.data_from.empty() || date < summary.data_from) summary.data_from = date;
            if (date > summary.data_to) summary.data_to = date;
        } else if (type == ColumnType::percent && values_[i].real > 100) {
            ++summary.over_hundred;
        }
    }
    for (auto const& [name, value] : unknown_) {
        auto& names = summary.unknown_fields;
        if (names.size() < 100 && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
}

/// Sorted by name: another order of the same fields is no change of the row.
void RowDecoder::build_extra()
{
    std::stable_sort(unknown_.begin(), unknown_.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    for (auto const& [name, value] : unknown_) {
        extra_ += extra_.empty() ? '{' : ',';
        extra_ += json_string(name);
        extra_ += ':';
        extra_ += simdjson::minify(value);
    }
    extra_ += '}';
}

void RowDecoder::refuse(std::size_t index, BadRow const& bad) const
{
    throw page_error(row_path(dataset_, index, bad.field), bad.reason);
}

} // namespace usaged
