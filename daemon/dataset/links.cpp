#include "daemon/dataset/links.h"

#include "daemon/dataset/json_body.h"
#include "daemon/dataset/page_error.h"

namespace usaged {

namespace {

namespace dom = simdjson::dom;

constexpr std::string_view token_path = "links.next.headers.MS-ContinuationToken";

std::string continuation_token(dom::element headers)
{
    dom::array list;
    if (headers.get(list) != simdjson::SUCCESS) throw page_error("links.next.headers", "is not an array");
    std::string token;
    for (dom::element const each : list) {
        std::string_view key;
        dom::element value;
        if (each["key"].get(key) != simdjson::SUCCESS || each["value"].get(value) != simdjson::SUCCESS)
            throw page_error("links.next.headers", "has an entry without key and value");
        if (!equals_ignoring_case(key, "MS-ContinuationToken")) continue;
        if (!token.empty()) throw page_error(token_path, "is repeated");
        token = header_value_at(value, token_path);
    }
    return token;
}

} // namespace

std::optional<NextPage> linked_page(dom::object collection)
{
    auto const links = find_member(collection, "links");
    if (!links || links->value.is_null()) return std::nullopt;
    dom::object object;
    if (links->value.get(object) != simdjson::SUCCESS) throw page_error("links", "is not an object");
    auto const next = find_member(object, "next", "links");
    if (!next || next->value.is_null()) return std::nullopt;
    if (next->value.get(object) != simdjson::SUCCESS) throw page_error("links.next", "is not an object");
    auto const uri = find_member(object, "uri", "links.next");
    if (!uri) throw page_error("links.next.uri", "is missing");
    NextPage page{text_at(uri->value, "links.next.uri"), {}};
    auto const headers = find_member(object, "headers", "links.next");
    if (headers && !headers->value.is_null()) page.continuation_token = continuation_token(headers->value);
    return page;
}

} // namespace usaged
