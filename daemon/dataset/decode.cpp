#include "daemon/dataset/decode.h"

#include "daemon/dataset/json_body.h"
#include "daemon/dataset/links.h"
#include "daemon/dataset/page_error.h"
#include "daemon/dataset/row_decoder.h"

namespace usaged {

namespace {

namespace dom = simdjson::dom;

PageItems page_items(dom::object page, Envelope const& envelope)
{
    auto const member = find_member(page, envelope.items);
    if (!member) throw page_error(envelope.items.front(), "is missing");
    PageItems items{member->name, {}};
    if (member->value.get(items.rows) != simdjson::SUCCESS) throw page_error(items.name, "is not an array");
    return items;
}

std::optional<std::int64_t> page_count(dom::object page, Envelope const& envelope)
{
    auto const member = find_member(page, envelope.count);
    if (envelope.counts_page) {
        std::int64_t count = 0;
        if (!member) throw page_error(envelope.count.front(), "is missing");
        if (member->value.get(count) != simdjson::SUCCESS) throw page_error(member->name, "is not an integer");
        return count;
    }
    if (!member || member->value.is_null()) return std::nullopt;
    auto const count = count_of(member->value);
    if (!count) throw page_error(member->name, "is not a number of rows");
    return count;
}

/// No page follows one without a link, a null link or an empty one. Any other thing in its place is no "no": to ignore
/// it would take a part of the rows for all of them.
std::optional<NextPage> next_page(dom::object page, Envelope const& envelope)
{
    if (envelope.next.front().empty()) return linked_page(page);
    auto const member = find_member(page, envelope.next);
    if (!member || member->value.is_null()) return std::nullopt;
    std::string_view text;
    if (member->value.get(text) == simdjson::SUCCESS && text.empty()) return std::nullopt;
    return NextPage{text_at(member->value, member->name), {}};
}

} // namespace

class PageDecoder::Impl {
public:
    Impl(Dataset const& dataset, DecodeRules rules) : dataset_{dataset}, rules_{rules}, rows_{dataset, rules} {}

    PageSummary decode(std::string const& body, PageScope const& scope, RowVisitor const& visit)
    {
        auto const page = parser_.parse(body);
        auto const items = page_items(page, dataset_.envelope);
        PageSummary summary;
        summary.count = page_count(page, dataset_.envelope);
        summary.next = next_page(page, dataset_.envelope);
        rows_.decode(items, scope, summary, visit);
        if (dataset_.envelope.counts_page && !rules_.tolerate_count_mismatch) check_count(summary);
        return summary;
    }

private:
    void check_count(PageSummary const& summary) const
    {
        if (*summary.count == static_cast<std::int64_t>(summary.items)) return;
        throw page_error(dataset_.envelope.count.front(), "differs from the number of items: it says " +
                                                              std::to_string(*summary.count) + ", there are " +
                                                              std::to_string(summary.items));
    }

    Dataset const& dataset_;
    DecodeRules rules_;
    BodyParser parser_;
    RowDecoder rows_;
};

PageDecoder::PageDecoder(Dataset const& dataset, DecodeRules rules) : impl_{std::make_unique<Impl>(dataset, rules)} {}

PageDecoder::~PageDecoder() = default;

PageSummary PageDecoder::decode(std::string const& body, PageScope const& scope, RowVisitor const& visit)
{
    return impl_->decode(body, scope, visit);
}

} // namespace usaged
