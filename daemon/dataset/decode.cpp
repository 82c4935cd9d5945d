#include "daemon/dataset/decode.h"

#include "daemon/dataset/page_error.h"
#include "daemon/dataset/row_decoder.h"

#include <simdjson.h>

#include <algorithm>
#include <optional>

namespace usaged {

namespace {

namespace dom = simdjson::dom;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t max_depth = 64; // the documented answers have 6 levels
constexpr std::size_t smallest_capacity = 4096;

/// The parts of an answer around the rows.
struct PageParts {
    std::optional<dom::array> items;
    std::optional<std::int64_t> count;
    std::optional<NextPage> next;
};

std::string text_of(dom::element value, std::string const& path)
{
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS || text.empty() || text.size() > 4096)
        throw page_error(path, "is not a text of 1 to 4096 bytes");
    return std::string{text};
}

/// It goes back to the server in a header.
std::string header_value_of(dom::element value, std::string const& path)
{
    auto text = text_of(value, path);
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7F'; }))
        throw page_error(path, "has characters that no header may have");
    return text;
}

std::string continuation_token(dom::element headers)
{
    dom::array list;
    if (headers.get(list) != simdjson::SUCCESS) throw page_error("links.next.headers", "is not an array");
    for (dom::element const each : list) {
        std::string_view key;
        dom::element value;
        if (each["key"].get(key) != simdjson::SUCCESS || each["value"].get(value) != simdjson::SUCCESS)
            throw page_error("links.next.headers", "has an entry without key and value");
        if (key == "MS-ContinuationToken") return header_value_of(value, "links.next.headers.MS-ContinuationToken");
    }
    return {};
}

/// `links.next`, as Partner Center's utility-resources describe it. A link that cannot be read is an error: to ignore
/// it would take a part of the rows for all of them.
std::optional<NextPage> next_page(dom::element links)
{
    dom::object object;
    dom::element next;
    if (links.is_null()) return std::nullopt;
    if (links.get(object) != simdjson::SUCCESS) throw page_error("links", "is not an object");
    if (object.at_key("next").get(next) != simdjson::SUCCESS || next.is_null()) return std::nullopt;
    dom::element uri;
    if (next.at_key("uri").get(uri) != simdjson::SUCCESS) throw page_error("links.next.uri", "is missing");
    NextPage out{text_of(uri, "links.next.uri"), {}};
    dom::element headers;
    if (next.at_key("headers").get(headers) == simdjson::SUCCESS && !headers.is_null())
        out.continuation_token = continuation_token(headers);
    return out;
}

void take_items(PageParts& parts, dom::element value, std::string const& name)
{
    dom::array array;
    if (parts.items) throw page_error(name, "is repeated");
    if (value.get(array) != simdjson::SUCCESS) throw page_error(name, "is not an array");
    parts.items = array;
}

void take_count(PageParts& parts, dom::element value, std::string const& name)
{
    std::int64_t count = 0;
    if (parts.count) throw page_error(name, "is repeated");
    if (value.get(count) != simdjson::SUCCESS) throw page_error(name, "is not an integer");
    parts.count = count;
}

PageParts take_apart(dom::element root, Envelope const& envelope)
{
    dom::object object;
    if (root.get(object) != simdjson::SUCCESS) throw page_error("", "the document is not an object");
    PageParts parts;
    for (auto const& [key, value] : object) {
        if (key == envelope.items)
            take_items(parts, value, std::string{key});
        else if (key == envelope.count)
            take_count(parts, value, std::string{key});
        else if (key == "links" && !parts.next)
            parts.next = next_page(value);
    }
    if (!parts.items) throw page_error(envelope.items, "is missing");
    if (!parts.count) throw page_error(envelope.count, "is missing");
    return parts;
}

} // namespace

class PageDecoder::Impl {
public:
    Impl(Dataset const& dataset, DecodeRules rules) : dataset_{dataset}, rules_{rules}, rows_{dataset, rules} {}

    PageSummary decode(std::string const& body, RowVisitor const& visit)
    {
        auto const parts = take_apart(parse(body), dataset_.envelope);
        PageSummary summary;
        summary.next = parts.next;
        rows_.decode(*parts.items, summary, visit);
        if (*parts.count != static_cast<std::int64_t>(summary.items)) {
            if (!rules_.tolerate_count_mismatch)
                throw page_error(dataset_.envelope.count, "differs from the number of items: it says " +
                                                              std::to_string(*parts.count) + ", there are " +
                                                              std::to_string(summary.items));
            summary.count_mismatch = *parts.count;
        }
        return summary;
    }

private:
    dom::element parse(std::string const& body)
    {
        std::string_view text{body};
        if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
        if (text.empty()) throw page_error("", "the body is empty");
        // parse() would grow the parser too, but with the default depth.
        auto const wanted = std::max(text.size(), smallest_capacity);
        if (parser_.capacity() < wanted && parser_.allocate(wanted, max_depth) != simdjson::SUCCESS)
            throw std::bad_alloc{};
        bool const padded = body.capacity() - body.size() >= simdjson::SIMDJSON_PADDING;
        dom::element root;
        if (auto const error = parser_.parse(text.data(), text.size(), !padded).get(root)) {
            if (error == simdjson::MEMALLOC) throw std::bad_alloc{};
            std::string const hint = text.front() == '<' ? " (it looks like HTML or XML)" : "";
            throw page_error("", "the body is not acceptable JSON" + hint + ": " + simdjson::error_message(error));
        }
        return root;
    }

    Dataset const& dataset_;
    DecodeRules rules_;
    dom::parser parser_;
    RowDecoder rows_;
};

PageDecoder::PageDecoder(Dataset const& dataset, DecodeRules rules) : impl_{std::make_unique<Impl>(dataset, rules)} {}

PageDecoder::~PageDecoder() = default;

PageSummary PageDecoder::decode(std::string const& body, RowVisitor const& visit)
{
    return impl_->decode(body, visit);
}

} // namespace usaged
