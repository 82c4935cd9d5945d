#pragma once

#include "daemon/auth/form.h"
#include "daemon/auth/token_answer.h"
#include "daemon/auth/token_settings.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"

#include <string>
#include <string_view>

namespace usaged {

/// Entra ID under {authority}/{tenant}: its URLs, and what all requests to it have in common.
/// (Microsoft Entra docs: v2-oauth2-auth-code-flow, v2-oauth2-device-code, v1-protocols-oauth-code)
class TokenEndpoint {
public:
    TokenEndpoint(TokenSettings settings, Clock const& clock);

    TokenSettings const& settings() const { return settings_; }

    std::string token_url() const;
    std::string authorize_url() const;
    std::string device_code_url() const;

    /// Names the API and what is wanted besides: `scope` with `scopes` after the API's (v2), or `resource` (v1).
    void name_api(Form& form, std::string_view scopes = "offline_access") const;

    /// The form of a grant: client_id, grant_type and the API (see name_api). The grant's own fields are the caller's
    /// to add.
    Form grant_form(std::string_view grant_type, std::string_view scopes = "offline_access") const;

    /// Posts `form`, with what proves the application's identity added, to the token endpoint.
    /// Throws what `transport` throws, Error with category config for a credential that cannot be read, and with
    /// category auth, http, protocol or throttled for an answer that grants nothing, with `endpoint` set to `token`.
    /// A certificate that is not accepted is worth a retry only in the first minute after this object first used it: a
    /// new one takes a while to be known everywhere.
    boost::asio::awaitable<Grant> redeem(HttpTransport& transport, Form form, int attempt);

    /// Posts `form` to `url`, and the answer whatever it is. The form is wiped.
    boost::asio::awaitable<HttpResponse> post(HttpTransport& transport, std::string url, Form form, int attempt);

private:
    std::string url(std::string_view name) const;
    void prove_identity(Form& form);
    bool within_grace() const;

    TokenSettings settings_;
    Clock const& clock_;
    std::string thumbprint_;                              ///< of the certificate that was used last
    std::chrono::steady_clock::time_point grace_began_{}; ///< when that was first used
};

} // namespace usaged
