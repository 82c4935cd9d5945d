#pragma once

#include "tests/simulator/exchange.h"
#include "tests/simulator/simulator.h"

#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// One exchange of tests/data/index.json: a recorded, documented or inferred answer.
struct IndexedPayload {
    std::string file;
    std::string kind;     ///< `api`, `token` or `device`
    std::string endpoint; ///< method and URL as they are documented; `any`
    std::string expect;   ///< the reaction in one word
    int status = 0;
    std::vector<Header> headers; ///< without Content-Length
    std::string body;

    bool has_header(std::string_view name) const;
    std::string field(std::string_view name) const; ///< of the JSON body, a text or a number; empty if there is none
    std::string endpoint_version() const;           ///< of Entra ID: `v1` or `v2`
    std::string dataset() const;                    ///< whose poll meets it; partner_licenses_usage for `any`
    Endpoint served_at() const;                     ///< of the API
};

/// All of that kind, in the order of the index. Throws std::runtime_error for an index that is not as it should be,
/// such as one whose Content-Length is not that of the file.
std::vector<IndexedPayload> indexed_payloads(std::string_view kind);

/// The one of that file. Throws std::runtime_error if there is none.
IndexedPayload indexed_payload(std::string_view file);

/// The kinds of the whole index, each once.
std::vector<std::string> indexed_kinds();

/// What of the body must not be shown to anyone: its descriptions and messages, and its tokens.
std::vector<std::string> private_texts(IndexedPayload const& payload);

/// What of the body Microsoft's support asks for: the code, the ids and the time of the error.
std::vector<std::string> support_texts(IndexedPayload const& payload);

/// The numbers of Entra ID's error as they are written: `AADSTS70008`.
std::vector<std::string> error_numbers(IndexedPayload const& payload);

} // namespace usaged::test
