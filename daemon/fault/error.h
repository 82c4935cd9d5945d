#pragma once

#include "daemon/fault/text.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace usaged {

/// What an error belongs to. Code branches on this and on nothing else.
enum class ErrorCategory {
    network,   ///< no complete answer: name, connect, reset, time-out, truncation
    http,      ///< a complete answer with a status that is no snapshot
    throttled, ///< 429, and the allowed waiting is used up
    tls,       ///< the peer is not trusted
    protocol,  ///< the peer does not speak valid HTTP
    data,      ///< the answer is not an acceptable snapshot
    auth,      ///< the identity provider or the API refuses the credentials
    storage,   ///< a database or state file cannot be read, written or locked
    locked,    ///< another usaged holds the lock
    config,    ///< configuration or credential files are wrong
};

/// The name that logs, metrics and poll.error_category use.
std::string_view to_string(ErrorCategory category);

/// The status of sysexits.h that a command ends with for an error of this category.
int exit_status(ErrorCategory category);

/// What Microsoft's support asks for. Empty texts where nothing is known.
struct CallIds {
    std::string request_id;     ///< MS-RequestId
    std::string correlation_id; ///< MS-CorrelationId, or the `correlation_id` of Entra ID
    std::string trace_id;       ///< of Entra ID
    std::string timestamp;      ///< of Entra ID, as it was sent
};

/// The one error type of usaged. `what()` says what happened, `remedy()` what to do about it. Neither holds a
/// credential, a body, or text from outside that was not cut and escaped.
class Error : public std::runtime_error {
public:
    Error(ErrorCategory category, std::string const& what, std::string remedy = {})
        : std::runtime_error{what}, category_{category}, remedy_{std::move(remedy)},
          retryable_{category == ErrorCategory::network || category == ErrorCategory::throttled}
    {
    }

    ErrorCategory category() const { return category_; }
    std::string const& remedy() const { return remedy_; }

    /// Whether the same request may succeed when it is repeated within the poll.
    bool retryable() const { return retryable_; }

    /// The status of the answer that led here, if there was one.
    std::optional<int> http_status() const { return http_status_; }

    /// The `code` or `error` field of an error body, if it matches `[A-Za-z0-9_.-]{1,64}`; else empty.
    std::string const& api_code() const { return api_code_; }

    /// How long the server asked us to stay away, measured from the arrival of its answer.
    std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

    /// Whether a new access token may cure it: the API's answer to a token that it does not take any more.
    bool wants_new_token() const { return wants_new_token_; }

    /// Whether the answer is about the one customer that the request was about: other customers are not concerned, and
    /// repeating does not help.
    bool about_customer() const { return about_customer_; }

    /// `token` or `usage`: whom the request that failed went to; empty if it is not about a request.
    std::string const& endpoint() const { return endpoint_; }

    /// The number of the try that failed for good; nothing if it is not about a request.
    std::optional<int> attempt() const { return attempt_; }

    CallIds const& ids() const { return ids_; }

    /// The number of the poll that failed of it; nothing outside of polls.
    std::optional<std::int64_t> poll() const { return poll_; }

    /// What the next interactive sign-in has to be asked for, as Entra ID sent it: JSON for the parameter `claims` of
    /// an authorize request; empty if there is none. Never shown to anyone. (Microsoft Entra docs:
    /// v2-conditional-access-dev-guide)
    std::string const& claims() const { return claims_; }

    Error& retryable(bool value);
    Error& http_status(int value);
    Error& api_code(std::string value);
    Error& retry_after(std::optional<std::chrono::seconds> value);
    Error& wants_new_token(bool value);
    Error& about_customer(bool value);
    Error& endpoint(std::string value);
    Error& attempt(int value);
    Error& ids(CallIds value);
    Error& poll(std::int64_t value);
    Error& claims(std::string value);

    /// Says before what happened where it did: `customer 0112…: `.
    Error& place(std::string_view where);

private:
    ErrorCategory category_;
    std::string remedy_;
    bool retryable_;
    std::optional<int> http_status_;
    std::string api_code_;
    std::optional<std::chrono::seconds> retry_after_;
    bool wants_new_token_ = false;
    bool about_customer_ = false;
    std::string endpoint_;
    std::optional<int> attempt_;
    CallIds ids_;
    std::optional<std::int64_t> poll_;
    std::string claims_;
};

} // namespace usaged
