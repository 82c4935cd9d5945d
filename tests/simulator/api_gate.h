#pragma once

#include "tests/simulator/exchange.h"

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>

namespace usaged::test {

struct GateOptions {
    bool signed_in_with_mfa = true; ///< else everything is refused with 401 and code 900421
    bool gzip = false;              ///< answers are compressed if the client takes that
};

/// What every endpoint of Partner Center demands of a request, and adds to an answer.
class ApiGate {
public:
    using Time = std::chrono::system_clock::time_point;

    /// `accepts_token` decides about access tokens.
    ApiGate(GateOptions const& options, std::function<bool(std::string const&, Time)> accepts_token);

    /// Nothing for a request that may pass.
    std::optional<Answer> refuse(Request const& request, Time now);

    /// Whether the answer to this request is to be compressed.
    bool compresses_for(Request const& request) const;

    /// Adds the headers, and compresses a body that has no Content-Encoding yet.
    void finish(Answer& answer, Request const& request) const;

private:
    std::optional<Answer> refuse_bearer(Request const& request, Time now) const;

    GateOptions options_;
    std::function<bool(std::string const&, Time)> accepts_token_;
    std::set<std::string> correlation_ids_;
};

/// An error body of Partner Center.
Answer fault_answer(int status, std::string const& code, std::string const& description);

/// 400 with code 2000.
Answer bad_request(std::string const& description);

/// What a path gets that is not served.
Answer gateway_not_found();

} // namespace usaged::test
