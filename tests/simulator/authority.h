#pragma once

#include "tests/simulator/api_names.h"
#include "tests/simulator/authorization_codes.h"
#include "tests/simulator/authorize_endpoint.h"
#include "tests/simulator/client_proof.h"
#include "tests/simulator/device_codes.h"
#include "tests/simulator/entra.h"
#include "tests/simulator/id_token.h"
#include "tests/simulator/issued_secrets.h"
#include "tests/simulator/issued_tokens.h"

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace usaged::test {

/// How tokens are given to the one registered application.
struct AuthorityOptions {
    std::string tenant;
    RegisteredClient client;
    std::chrono::seconds expires_in{3600};
    std::optional<std::chrono::seconds> refresh_in;
    std::chrono::seconds device_code_interval{5};
    bool rotate = true; ///< hand out a new refresh token with every access token
};

/// Entra ID: tokens of the v1 and v2 endpoints for the grants refresh_token, authorization_code and device_code, and
/// the two ways to a person's consent.
class Authority {
public:
    using Time = std::chrono::system_clock::time_point;

    explicit Authority(AuthorityOptions options);
    Authority(Authority const&) = delete;
    Authority& operator=(Authority const&) = delete;

    AuthorityOptions const& options() const { return options_; }
    Person const& person() const { return person_; }
    /// Where clients reach it: `https://HOST:PORT`; the API may be named so too.
    void add_base_url(std::string const& url) { api_.allow(url); }

    Answer answer(Request const& request, EntraEndpoint const& endpoint, Time now);

    /// Keeps the secrets that a request to the token endpoint brings, whatever becomes of it.
    void note_secrets(Request const& request);
    IssuedSecrets const& secrets() const { return secrets_; }

    IssuedTokens& tokens() { return tokens_; }
    AuthorizeEndpoint& authorize() { return authorize_; }
    DeviceCodes& device_codes() { return device_codes_; }

private:
    using Verdict = std::variant<Granted, Refusal>;

    Answer answer_token(EntraCall const& call);
    Answer answer_device_code(EntraCall const& call);
    Answer answer_configuration(EntraCall const& call) const;
    Verdict redeem(FormFields const& fields, EntraCall const& call);
    Verdict redeem_refresh_token(FormFields const& fields, EntraVersion version);
    Answer grant(Granted granted, FormFields const& fields, EntraCall const& call);
    std::string lifetimes(FormFields const& fields, EntraCall const& call) const;

    AuthorityOptions options_;
    Person person_;
    IssuedSecrets secrets_;
    ApiNames api_;
    ClientProof client_;
    IssuedTokens tokens_{secrets_};
    AuthorizationCodes codes_{secrets_};
    DeviceCodes device_codes_;
    AuthorizeEndpoint authorize_{client_, api_, codes_};
};

} // namespace usaged::test
