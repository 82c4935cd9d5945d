#include "daemon/dataset/decode.h"
#include "daemon/dataset/timestamp.h"
#include "daemon/poll/next_page.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace usaged::test {
namespace {

constexpr std::string_view base_url = "https://api.example";
constexpr std::string_view customer_id = "0112a436-b14e-4888-967b-ca4bb2cf1234";

/// How a page was asked for.
struct Request {
    Dataset const& dataset;
    PageScope scope;

    std::string path() const
    {
        static constexpr std::string_view placeholder = "{customer-id}";
        std::string path{dataset.paths.front()};
        if (auto const at = path.find(placeholder); at != std::string::npos)
            path.replace(at, placeholder.size(), customer_id);
        return path;
    }
};

std::vector<Request> requests()
{
    PageScope const whole{std::string{customer_id}, "2018-10-14T00:00:00Z", "serviceCode,customerTenantId,productId"};
    std::vector<Request> out;
    for (auto const& dataset : datasets()) {
        out.push_back({dataset, {}});
        out.push_back({dataset, whole});
    }
    return out;
}

void require_good_value(Column const& column, Value const& value, bool may_lack)
{
    switch (column.type) {
    case ColumnType::text:
    case ColumnType::guid:
        require(!value.text.empty() || column.optional || may_lack, "a text that is required is there");
        require(value.text.size() <= 4096, "a text has at most 4096 bytes");
        require(value.text.find('\0') == std::string_view::npos, "a text has no U+0000");
        return;
    case ColumnType::timestamp:
        require(normalize_timestamp(value.text) == value.text, "a date is in the stored form");
        return;
    case ColumnType::percent:
        require(std::isfinite(value.real) && value.real >= 0, "a percentage is finite and not negative");
        return;
    case ColumnType::count:
        require(value.integer >= 0, "a count is not negative");
        return;
    }
}

/// All of a row in one text, to compare.
std::string text_of(Request const& request, Row const& row)
{
    auto const columns = request.dataset.columns;
    require(row.values.size() == columns.size(), "a row has all columns");
    std::string text = std::to_string(row.index);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        auto const& value = row.values[i];
        require_good_value(columns[i], value, !request.scope.groupby.empty());
        text += '|' + std::string{value.text} + '|' + std::to_string(value.real) + '|' + std::to_string(value.integer);
    }
    require(row.extra.empty() || (row.extra.front() == '{' && row.extra.back() == '}'), "extra is an object");
    return text + '|' + std::string{row.extra} + '\n';
}

/// Where the bearer token would go next.
void require_own_origin(Request const& request, NextPage const& next)
{
    auto const path = request.path();
    auto const leads_to = [](std::string_view url, std::string_view form) {
        return url.starts_with(std::string{base_url} + std::string{form});
    };
    try {
        auto const url = next_page_url(base_url, request.dataset, path, std::string{base_url} + path, next);
        auto const& forms = request.dataset.paths;
        require(leads_to(url, path) ||
                    std::any_of(forms.begin(), forms.end(), [&](auto form) { return leads_to(url, form); }),
                "a link stays at the dataset");
        require(is_presentable(url) && url.find(' ') == std::string::npos, "a link fits into a request line");
    } catch (Error const& error) {
        require_proper(error, ErrorCategory::data);
    }
}

void require_sound(Request const& request, PageSummary const& summary)
{
    require(summary.bad_rows <= summary.items, "bad rows are items");
    require(summary.data_from <= summary.data_to, "the oldest date is not after the newest");
    require(is_presentable(summary.first_bad), "the first bad row is described in presentable words");
    require(summary.count.has_value() || !request.dataset.envelope.counts_page, "a count that is required is there");
    if (summary.next) require_own_origin(request, *summary.next);
}

struct Page {
    std::string refusal; ///< empty if it is none
    std::string rows;
    PageSummary summary;
};

Page decode(PageDecoder& decoder, Request const& request, std::string const& body)
{
    Page page;
    try {
        page.summary = decoder.decode(body, request.scope, [&](Row const& row) { page.rows += text_of(request, row); });
    } catch (Error const& error) {
        require_proper(error, ErrorCategory::data);
        page.refusal = error.what();
        return page;
    }
    require_sound(request, page.summary);
    return page;
}

void decode_twice_and_tolerantly(Request const& request, std::string const& body, Page const& page)
{
    auto roomy_body = body;
    roomy_body.reserve(body.size() + 64); // is read in place
    PageDecoder strict{request.dataset};
    auto const again = decode(strict, request, roomy_body);
    require(again.refusal == page.refusal && again.rows == page.rows, "a body read again is the same");

    PageDecoder tolerant{request.dataset, DecodeRules{true, true}};
    auto const good_part = decode(tolerant, request, body);
    if (!page.refusal.empty()) return;
    require(good_part.refusal.empty() && good_part.rows == page.rows, "tolerant rules take what strict ones take");
    require(good_part.summary.bad_rows == 0, "a good page has no bad row");
    require(good_part.summary.count == page.summary.count, "the count is the same for both rules");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto const body = text_of(data, size);
    for (auto const& request : requests()) {
        PageDecoder decoder{request.dataset};
        auto const page = decode(decoder, request, body);
        decode_twice_and_tolerantly(request, body, page);
        if (page.refusal.starts_with("the ")) return 0; // of the document itself, so all others refuse it too
    }
    return 0;
}

} // namespace usaged::test
