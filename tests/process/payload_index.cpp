#include "tests/process/payload_index.h"

#include "tests/support/temp_dir.h"

#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <stdexcept>

namespace usaged::test {
namespace {

namespace dom = simdjson::dom;

std::filesystem::path const data{USAGED_TEST_DATA};

std::string text(dom::element value)
{
    return std::string{std::string_view{value}};
}

IndexedPayload payload_of(dom::element entry)
{
    IndexedPayload payload{text(entry["file"]),
                           text(entry["kind"]),
                           text(entry["endpoint"]),
                           text(entry["expect"]),
                           static_cast<int>(std::int64_t{entry["status"]}),
                           {},
                           {}};
    payload.body = read_file(data / payload.file);
    for (auto const& [name, value] : dom::object{entry["headers"]}) {
        if (name != "Content-Length")
            payload.headers.push_back({std::string{name}, text(value)});
        else if (text(value) != std::to_string(payload.body.size()))
            throw std::runtime_error{payload.file + " does not have the Content-Length of the index"};
    }
    return payload;
}

std::vector<IndexedPayload> all_payloads()
{
    dom::parser parser;
    std::vector<IndexedPayload> payloads;
    for (dom::element const entry : dom::array{parser.load((data / "index.json").string())["payloads"]})
        payloads.push_back(payload_of(entry));
    return payloads;
}

/// Those of these fields that the body has.
std::vector<std::string> fields(IndexedPayload const& payload, std::initializer_list<std::string_view> names)
{
    std::vector<std::string> values;
    for (auto const name : names)
        if (auto value = payload.field(name); !value.empty()) values.push_back(std::move(value));
    return values;
}

} // namespace

bool IndexedPayload::has_header(std::string_view name) const
{
    return std::any_of(headers.begin(), headers.end(), [name](Header const& header) { return header.name == name; });
}

std::string IndexedPayload::field(std::string_view name) const
{
    dom::parser parser;
    dom::element value;
    std::int64_t number = 0;
    if (parser.parse(body)[name].get(value) != simdjson::SUCCESS) return {};
    if (value.get(number) == simdjson::SUCCESS) return std::to_string(number);
    return value.is_string() ? text(value) : std::string{};
}

std::string IndexedPayload::endpoint_version() const
{
    return endpoint.find("/v2.0/") == std::string::npos ? "v1" : "v2";
}

std::vector<IndexedPayload> indexed_payloads(std::string_view kind)
{
    auto payloads = all_payloads();
    std::erase_if(payloads, [kind](IndexedPayload const& payload) { return payload.kind != kind; });
    return payloads;
}

std::vector<std::string> indexed_kinds()
{
    std::vector<std::string> kinds;
    for (auto const& payload : all_payloads())
        if (std::find(kinds.begin(), kinds.end(), payload.kind) == kinds.end()) kinds.push_back(payload.kind);
    return kinds;
}

std::vector<std::string> private_texts(IndexedPayload const& payload)
{
    auto texts = fields(payload, {"description", "message", "error_description", "errorName", "errorMessageExtended",
                                  "claims", "access_token", "refresh_token", "id_token", "device_code"});
    bool const is_text = payload.body.find('{') == std::string::npos && !payload.body.empty();
    return is_text ? std::vector{payload.body} : texts;
}

std::vector<std::string> support_texts(IndexedPayload const& payload)
{
    return fields(payload, {"code", "error", "trace_id", "correlation_id", "timestamp"});
}

std::vector<std::string> error_numbers(IndexedPayload const& payload)
{
    dom::parser parser;
    dom::array codes;
    std::vector<std::string> numbers;
    if (parser.parse(payload.body)["error_codes"].get(codes) != simdjson::SUCCESS) return numbers;
    for (std::int64_t const code : codes) numbers.push_back("AADSTS" + std::to_string(code));
    return numbers;
}

} // namespace usaged::test
