#include "tests/process/payload_index.h"

#include "tests/support/temp_dir.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
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

/// Where an answer of the API is met.
struct Place {
    std::string_view part; ///< of the documented endpoint
    std::string_view dataset;
    Endpoint served_at;
};

constexpr std::array places{
    Place{"/v1/analytics/licenses/usage", "partner_licenses_usage", Endpoint::usage},
    Place{"/v1/analytics/licenses/deployment", "partner_licenses_deployment", Endpoint::partner_deployment},
    Place{"{customer-id}/analytics/licenses/usage", "customer_licenses_usage", Endpoint::customer_usage},
    Place{"{customer-id}/analytics/licenses/deployment", "customer_licenses_deployment", Endpoint::customer_deployment},
    Place{"/v1/customers?", "customer_licenses_usage", Endpoint::customers},
    Place{"/commercial/usage/license", "licenses_usage", Endpoint::licenses_usage},
    Place{"/commercial/deployment/license", "licenses_deployment", Endpoint::licenses_deployment},
    Place{"/analytics/subscriptions", "licenses_usage", Endpoint::licenses_usage}, // of a sibling; same envelope
    Place{"any", "partner_licenses_usage", Endpoint::usage},
};

Place const& place_of(std::string_view endpoint)
{
    for (auto const& place : places)
        if (endpoint.find(place.part) != std::string_view::npos) return place;
    throw std::runtime_error{"no place for " + std::string{endpoint}};
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

std::string IndexedPayload::dataset() const
{
    return std::string{place_of(endpoint).dataset};
}

Endpoint IndexedPayload::served_at() const
{
    return place_of(endpoint).served_at;
}

std::vector<IndexedPayload> indexed_payloads(std::string_view kind)
{
    auto payloads = all_payloads();
    std::erase_if(payloads, [kind](IndexedPayload const& payload) { return payload.kind != kind; });
    return payloads;
}

IndexedPayload indexed_payload(std::string_view file)
{
    for (auto const& payload : all_payloads())
        if (payload.file == file) return payload;
    throw std::runtime_error{"the index has no " + std::string{file}};
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
