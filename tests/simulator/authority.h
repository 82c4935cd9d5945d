#pragma once

#include "tests/simulator/exchange.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace usaged::test {

/// The one registered application, and how tokens are given to it.
struct AuthorityOptions {
    std::string tenant;
    std::string client_id;
    std::string client_secret; ///< empty: a public client
    std::chrono::seconds expires_in{3600};
    bool rotate = true; ///< hand out a new refresh token with every access token
};

/// The token endpoint of Entra ID (v2.0), for the grant `refresh_token`.
class Authority {
public:
    using Time = std::chrono::system_clock::time_point;

    explicit Authority(AuthorityOptions options);

    AuthorityOptions const& options() const { return options_; }
    /// Besides that of the real service.
    void allow_audience(std::string const& audience) { scopes_.insert(audience + permission); }

    Answer answer(Request const& request, Time now);

    /// Whether the access token was issued here, has not expired and was not revoked.
    bool accepts(std::string const& access_token, Time now) const;

    void revoke_access_tokens() { access_tokens_.clear(); }
    /// From now on the refresh tokens issued so far are refused with AADSTS700082.
    void revoke_refresh_tokens();
    /// A refresh token as an interactive sign-in gives one.
    std::string issue_refresh_token();

    /// Every token issued so far and the client secret.
    std::vector<std::string> const& secrets() const { return secrets_; }

private:
    struct Refusal {
        int status;
        std::string error;
        int code;
        std::string text;
    };
    using Form = std::map<std::string, std::string>;

    std::optional<Refusal> refuse_request(Request const& request) const;
    std::optional<Refusal> refuse_form(Form const& form) const;
    std::optional<Refusal> refuse_client(Form const& form) const;
    std::optional<Refusal> refuse_scope(std::string const& scope) const;
    std::optional<Refusal> refuse_grant(std::string const& refresh_token) const;
    Answer refuse(Refusal const& refusal, Time now) const;
    Answer grant(bool offline_access, Time now);
    std::string issue(std::string_view prefix);

    static constexpr auto permission = "/user_impersonation";

    AuthorityOptions options_;
    std::set<std::string> scopes_{std::string{"https://api.partnercenter.microsoft.com"} + permission};
    std::map<std::string, Time> access_tokens_; ///< and when each expires
    std::set<std::string> refresh_tokens_;
    std::set<std::string> revoked_;
    std::vector<std::string> secrets_;
};

} // namespace usaged::test
