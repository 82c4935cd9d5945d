#include "daemon/dataset/decode.h"
#include "daemon/dataset/timestamp.h"
#include "daemon/poll/next_page.h"
#include "tests/fuzz/fuzz.h"

#include <cmath>
#include <optional>

namespace usaged::test {
namespace {

constexpr std::string_view base_url = "https://api.example";

Dataset const& dataset()
{
    return *find_dataset("partner_licenses_usage");
}

void require_good_value(Column const& column, Value const& value)
{
    switch (column.type) {
    case ColumnType::text:
        require(!value.text.empty() && value.text.size() <= 4096, "a text has 1 to 4096 bytes");
        require(value.text.find('\0') == std::string_view::npos, "a text has no U+0000");
        return;
    case ColumnType::timestamp:
        require(normalize_timestamp(value.text) == value.text, "a date is in the stored form");
        return;
    case ColumnType::percent:
        require(std::isfinite(value.real) && value.real >= 0, "a percentage is finite and not negative");
        return;
    }
}

/// All rows in one text, to compare.
std::string text_of(Row const& row)
{
    auto const columns = dataset().columns;
    require(row.values.size() == columns.size(), "a row has all columns");
    std::string text = std::to_string(row.index);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        require_good_value(columns[i], row.values[i]);
        text += '|' + std::string{row.values[i].text} + '|' + std::to_string(row.values[i].real);
    }
    require(row.extra.empty() || (row.extra.front() == '{' && row.extra.back() == '}'), "extra is an object");
    return text + '|' + std::string{row.extra} + '\n';
}

/// Where the bearer token would go next.
void require_own_origin(NextPage const& next)
{
    try {
        auto const url = next_page_url(base_url, dataset(), next);
        require(url.starts_with(std::string{base_url} + std::string{dataset().path}), "a link stays at the dataset");
        require(is_presentable(url) && url.find(' ') == std::string::npos, "a link fits into a request line");
    } catch (Error const& error) {
        require_proper(error, ErrorCategory::data);
    }
}

void require_sound(PageSummary const& summary)
{
    require(summary.bad_rows <= summary.items, "bad rows are items");
    require(summary.data_from <= summary.data_to, "the oldest date is not after the newest");
    require(is_presentable(summary.first_bad), "the first bad row is described in presentable words");
    if (summary.next) require_own_origin(*summary.next);
}

struct Page {
    std::string rows;
    PageSummary summary;
};

/// Nothing if the body is refused.
std::optional<Page> decode(PageDecoder& decoder, std::string const& body)
{
    Page page;
    try {
        page.summary = decoder.decode(body, [&](Row const& row) { page.rows += text_of(row); });
    } catch (Error const& error) {
        require_proper(error, ErrorCategory::data);
        return std::nullopt;
    }
    require_sound(page.summary);
    return page;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto body = text_of(data, size);
    PageDecoder strict{dataset()};
    PageDecoder tolerant{dataset(), DecodeRules{true, true}};
    auto const refused_or_whole = decode(strict, body);
    auto const good_part = decode(tolerant, body);
    body.reserve(body.size() + 64); // is read in place now
    auto const again = decode(strict, body);

    require(refused_or_whole.has_value() == again.has_value(), "a body read again is the same");
    if (!refused_or_whole) return 0;
    require(again->rows == refused_or_whole->rows, "rows read again are the same");
    require(good_part && good_part->rows == refused_or_whole->rows, "tolerant rules take what strict ones take");
    require(good_part->summary.bad_rows == 0 && !good_part->summary.count_mismatch, "a good page has no fault");
    return 0;
}

} // namespace usaged::test
