#include "daemon/dataset/row_decoder.h"

#include "daemon/dataset/json_body.h"
#include "daemon/dataset/page_error.h"
#include "daemon/dataset/timestamp.h"

#include <algorithm>
#include <bit>

namespace usaged {

namespace {

namespace dom = simdjson::dom;

/// The field whose value the request of a customer's rows says, too.
constexpr std::string_view customer_id_field = "customerId";

bool is_measure(Column const& column)
{
    return column.type == ColumnType::percent || column.type == ColumnType::count;
}

/// Whether `name` is in the comma-separated `list`.
bool lists(std::string_view list, std::string_view name)
{
    while (!list.empty()) {
        auto const end = std::min(list.find(','), list.size());
        if (list.substr(0, end) == name) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

/// Whether a page of this scope may have rows without `column`.
bool may_be_absent(Column const& column, PageScope const& scope)
{
    if (column.optional) return true;
    if (scope.groupby.empty() || is_measure(column) || lists(scope.groupby, column.field)) return false;
    return column.type != ColumnType::timestamp || !scope.processed_date_time.empty();
}

} // namespace

RowDecoder::RowDecoder(Dataset const& dataset, DecodeRules rules) : dataset_{dataset}, rules_{rules}, fields_(1)
{
    for (std::size_t i = 0; i < dataset.columns.size(); ++i) {
        auto const& column = dataset.columns[i];
        fields_.push_back({column.field, Field::Kind::column, i});
        if (!column.variant.empty()) fields_.push_back({column.variant, Field::Kind::column, i, true});
    }
    for (auto const name : dataset.ignored_fields) fields_.push_back({name, Field::Kind::ignored});
}

void RowDecoder::decode(PageItems const& items, PageScope const& scope, PageSummary& summary, RowVisitor const& visit)
{
    enter(items, scope);
    for (dom::element const item : items.rows) {
        auto const index = summary.items++;
        dom::object object;
        bool const is_object = item.get(object) == simdjson::SUCCESS;
        auto const bad = is_object ? decode_row(object, index) : BadRow{{}, "is not an object"};
        if (bad.reason.empty()) {
            note_good_row(summary);
            visit(Row{std::span{values_}.first(dataset_.columns.size()), index, extra_});
        } else if (!rules_.quarantine_bad_rows) {
            refuse(index, bad);
        } else if (summary.bad_rows++ == 0) {
            summary.first_bad = path_of(index, bad.field) + ' ' + std::string{bad.reason};
        }
    }
}

/// What holds for all rows of a page.
void RowDecoder::enter(PageItems const& items, PageScope const& scope)
{
    items_name_ = items.name;
    customer_id_ = {};
    required_ = nullable_ = 0;
    defaults_ = {};
    for (std::size_t i = 0; i < dataset_.columns.size(); ++i) {
        auto const& column = dataset_.columns[i];
        auto const bit = Columns{1} << i;
        if (column.field == customer_id_field && !scope.customer_id.empty())
            defaults_[i].text = customer_id_ = scope.customer_id;
        else if (may_be_absent(column, scope))
            nullable_ |= bit;
        else
            required_ |= bit;
        if (column.type == ColumnType::timestamp && (nullable_ & bit) != 0)
            defaults_[i].text = scope.processed_date_time;
    }
}

RowDecoder::BadRow RowDecoder::decode_row(dom::object object, std::size_t index)
{
    std::copy_n(defaults_.begin(), dataset_.columns.size(), values_.begin());
    seen_ = {};
    unknown_.clear();
    over_hundred_ = 0;
    BadRow bad;
    std::size_t at = 0;
    for (auto const& [name, value] : object) {
        at = field_after(at, name);
        auto const& field = fields_[at];
        if (field.kind == Field::Kind::column) {
            auto const reason = take_field(field, value, index);
            if (bad.reason.empty() && !reason.empty()) bad = {dataset_.columns[field.column].field, reason};
        } else if (field.kind == Field::Kind::unknown) {
            unknown_.emplace_back(name, value);
        }
    }
    if (!bad.reason.empty()) return bad;
    if (auto const missing = required_ & ~(seen_[0] | seen_[1]); missing != 0)
        return {dataset_.columns[static_cast<std::size_t>(std::countr_zero(missing))].field, "is missing"};
    extra_.clear();
    if (!unknown_.empty()) build_extra();
    return {};
}

std::size_t RowDecoder::field_after(std::size_t previous, std::string_view name)
{
    auto const expected = fields_[previous].follower;
    return fields_[expected].name == name ? expected : look_up(previous, name);
}

std::size_t RowDecoder::look_up(std::size_t previous, std::string_view name)
{
    auto const found =
        std::find_if(fields_.begin(), fields_.end(), [&](Field const& each) { return each.name == name; });
    auto const at = found == fields_.end() ? 0 : static_cast<std::size_t>(found - fields_.begin());
    fields_[previous].follower = at;
    return at;
}

/// A field that is repeated, or that two spellings say different things of, is no bad row but a page that contradicts
/// itself.
RowDecoder::Reason RowDecoder::take_field(Field const& field, dom::element value, std::size_t index)
{
    auto const bit = Columns{1} << field.column;
    auto& seen = seen_[field.variant ? 1 : 0];
    if ((seen & bit) != 0) refuse(index, {field.name, "is repeated"});
    bool const again = ((seen_[0] | seen_[1]) & bit) != 0;
    seen |= bit;
    auto const before = values_[field.column].integer;
    auto const reason = take_value(field.column, value);
    if (again && (!reason.empty() || before != values_[field.column].integer))
        refuse(index, {field.name, "differs from the other spelling of the same field"});
    return reason;
}

RowDecoder::Reason RowDecoder::take_value(std::size_t column, dom::element value)
{
    auto const& description = dataset_.columns[column];
    std::string_view text;
    if (description.type == ColumnType::percent) return take_percent(column, value);
    if (description.type == ColumnType::count) return take_count(column, value);
    if (!customer_id_.empty() && description.field == customer_id_field)
        take_scoped_customer(value);
    else if (value.get(text) == simdjson::SUCCESS)
        return take_text(column, text);
    else if (!value.is_null())
        return "is not a text";
    else if ((nullable_ & (Columns{1} << column)) == 0)
        return "is null";
    return {};
}

RowDecoder::Reason RowDecoder::take_text(std::size_t column, std::string_view text)
{
    auto const type = dataset_.columns[column].type;
    if (text.empty()) return "is empty";
    if (text.size() > max_text) return "is longer than 4096 bytes";
    if (text.find('\0') != std::string_view::npos) return "contains U+0000";
    if (type == ColumnType::timestamp) return take_timestamp(column, text);
    auto& guid = guids_[column];
    bool const is_guid = type == ColumnType::guid && put_guid(text, guid);
    values_[column].text = is_guid ? std::string_view{guid.data(), guid.size()} : text;
    return {};
}

RowDecoder::Reason RowDecoder::take_timestamp(std::size_t column, std::string_view text)
{
    auto known = std::find_if(dates_.begin(), dates_.end(), [&](Date const& date) { return date.sent == text; });
    if (known == dates_.end()) {
        auto stored = normalize_timestamp(text);
        if (!stored) return "is not a date and time that exists";
        known = dates_.begin() + static_cast<std::ptrdiff_t>(next_date_++ % dates_.size());
        *known = Date{std::string{text}, std::move(*stored)};
    }
    values_[column].text = known->stored;
    return {};
}

RowDecoder::Reason RowDecoder::take_percent(std::size_t column, dom::element value)
{
    double number = 0;
    if (value.is_null()) return "is null";
    if (value.get(number) != simdjson::SUCCESS) return "is not a number";
    if (number < 0) return "is negative";
    if (number > 100) ++over_hundred_;
    values_[column].real = number;
    return {};
}

RowDecoder::Reason RowDecoder::take_count(std::size_t column, dom::element value)
{
    if (value.is_null()) return "is null";
    auto const number = count_of(value);
    if (!number) return "is not a whole number from 0 to 2^63-1";
    values_[column].integer = *number;
    return {};
}

/// The rows are those of the customer that was asked for; what they say of another one is kept beside.
void RowDecoder::take_scoped_customer(dom::element value)
{
    std::string_view text;
    bool const same_customer = value.get(text) == simdjson::SUCCESS && equals_ignoring_case(text, customer_id_);
    if (!same_customer && !value.is_null()) unknown_.emplace_back(customer_id_field, value);
}

void RowDecoder::note_good_row(PageSummary& summary)
{
    auto const& date = values_.front().text;
    if (summary.data_from.empty() || date < summary.data_from) summary.data_from = date;
    if (date > summary.data_to) summary.data_to = date;
    summary.over_hundred += over_hundred_;
    for (auto const& [name, value] : unknown_) {
        auto& names = summary.unknown_fields;
        if (names.size() < 100 && std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
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

std::string RowDecoder::path_of(std::size_t index, std::string_view field) const
{
    auto path = std::string{items_name_} + "[" + std::to_string(index) + "]";
    if (!field.empty()) path.append(1, '.').append(field);
    return path;
}

void RowDecoder::refuse(std::size_t index, BadRow const& bad) const
{
    throw page_error(path_of(index, bad.field), bad.reason);
}

} // namespace usaged
