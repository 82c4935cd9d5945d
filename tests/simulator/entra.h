#pragma once

#include "tests/simulator/exchange.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

enum class EntraVersion { v1, v2 };
enum class EntraPurpose { token, authorize, device_code, configuration };

/// Where a request to Entra ID goes: `/{tenant}/oauth2/v2.0/token` and the like.
struct EntraEndpoint {
    EntraPurpose purpose;
    EntraVersion version;
    std::string tenant;
};

/// Nothing for a path that is not one of Entra ID's.
std::optional<EntraEndpoint> entra_endpoint(std::string_view path);

/// A request to Entra ID, with what every part of it wants to know.
struct EntraCall {
    Request const& request;
    EntraEndpoint const& endpoint;
    std::chrono::system_clock::time_point now;
};

/// Why Entra ID refuses: status, `error`, the number after `AADSTS`, and the words after that.
struct Refusal {
    int status;
    std::string error;
    int code;
    std::string text;
};

/// `AADSTS70000: The provided grant is invalid.`
std::string headline(Refusal const& refusal);

/// What a token request may lead to besides the access token.
struct Granted {
    bool refresh_token = false;
    bool id_token = false;
};

/// The headers that every JSON answer of Entra ID has, with this `x-ms-request-id`.
std::vector<Header> entra_headers(std::string const& trace_id, EntraCall const& call);

/// With a trace id, a correlation id (the request's client-request-id if it has one) and the time, in header and body.
Answer refuse(Refusal const& refusal, EntraCall const& call);

} // namespace usaged::test
