#pragma once

#include "daemon/auth/token_endpoint.h"

#include <chrono>
#include <string>

namespace usaged {

/// What the person needs for signing in on another device.
struct DeviceCode {
    Secret device_code;
    std::string user_code;        ///< printable
    std::string verification_uri; ///< printable
    std::chrono::seconds expires_in{900};
    std::chrono::seconds interval{5};
    DeviceCode() = default; // g++ 12 destroys aggregates that are temporaries of a co_await expression twice
};

/// Consent by device code. (Microsoft Entra docs: v2-oauth2-device-code; RFC 8628)
class DeviceLogin {
public:
    DeviceLogin(TokenEndpoint& endpoint, Clock& clock);

    /// Throws as TokenEndpoint::redeem; the endpoint may answer with an error and status 200.
    boost::asio::awaitable<DeviceCode> begin(HttpTransport& transport);

    /// Asks every `interval` whether the person has signed in, more slowly when told so or when the service fails for a
    /// while. Throws Error with ErrorCategory::auth when the person declines, when the code expires, and if no refresh
    /// token came back; and that of the service, not retryable, if it asks to be left alone for longer than the code
    /// lasts.
    boost::asio::awaitable<Grant> wait(HttpTransport& transport, DeviceCode code);

private:
    boost::asio::awaitable<Grant> redeem(HttpTransport& transport, Secret const& device_code, int attempt);

    TokenEndpoint& endpoint_;
    Clock& clock_;
};

} // namespace usaged
