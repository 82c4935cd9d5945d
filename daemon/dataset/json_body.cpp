#include "daemon/dataset/json_body.h"

#include "daemon/dataset/page_error.h"

#include <algorithm>
#include <charconv>

namespace usaged {

namespace {

namespace dom = simdjson::dom;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t max_depth = 64; // the documented answers have 6 levels
constexpr std::size_t smallest_capacity = 4096;

} // namespace

dom::object BodyParser::parse(std::string const& body)
{
    dom::object root;
    if (parse_element(body).get(root) != simdjson::SUCCESS) throw page_error("", "the document is not an object");
    return root;
}

dom::element BodyParser::parse_element(std::string const& body)
{
    std::string_view text{body};
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (text.empty()) throw page_error("", "the body is empty");
    make_room(text.size());
    bool const padded = body.capacity() - body.size() >= simdjson::SIMDJSON_PADDING;
    dom::element root;
    if (auto const error = parser_.parse(text.data(), text.size(), !padded).get(root)) {
        if (error == simdjson::MEMALLOC) throw std::bad_alloc{};
        std::string const hint = text.front() == '<' ? " (it looks like HTML or XML)" : "";
        throw page_error("", "the body is not acceptable JSON" + hint + ": " + simdjson::error_message(error));
    }
    return root;
}

/// parse() would make room too, but with the default depth, and anew for each page that is a little larger than the
/// ones before.
void BodyParser::make_room(std::size_t bytes)
{
    if (parser_.capacity() >= bytes) return;
    auto const roomy = std::max(bytes + bytes / 4, smallest_capacity);
    if (parser_.allocate(roomy, max_depth) != simdjson::SUCCESS || parser_.doc.allocate(roomy) != simdjson::SUCCESS)
        throw std::bad_alloc{};
}

std::optional<Member> find_member(dom::object object, std::span<std::string_view const> names, std::string_view path)
{
    std::optional<Member> found;
    for (auto const& [name, value] : object) {
        if (name.empty() || std::find(names.begin(), names.end(), name) == names.end()) continue;
        if (found) throw page_error(std::string{path} + (path.empty() ? "" : ".") + std::string{name}, "is repeated");
        found = Member{name, value};
    }
    return found;
}

std::optional<Member> find_member(dom::object object, std::string_view name, std::string_view path)
{
    return find_member(object, std::span{&name, 1}, path);
}

std::string text_at(dom::element value, std::string_view path)
{
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS || text.empty() || text.size() > max_text)
        throw page_error(path, "is not a text of 1 to 4096 bytes");
    return std::string{text};
}

std::string header_value_at(dom::element value, std::string_view path)
{
    auto text = text_at(value, path);
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7F'; }))
        throw page_error(path, "has characters that no header may have");
    return text;
}

std::optional<std::int64_t> count_of(dom::element value)
{
    std::int64_t number = 0;
    if (value.get(number) == simdjson::SUCCESS) return number < 0 ? std::nullopt : std::optional{number};
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS || text.empty()) return std::nullopt;
    // from_chars would take a sign and leading zeros.
    bool const plain = text.front() >= '0' && text.front() <= '9' && (text.front() != '0' || text.size() == 1);
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!plain || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

} // namespace usaged
