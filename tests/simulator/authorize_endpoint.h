#pragma once

#include "tests/simulator/api_names.h"
#include "tests/simulator/authorization_codes.h"
#include "tests/simulator/client_proof.h"
#include "tests/simulator/entra.h"

#include <optional>
#include <string>

namespace usaged::test {

/// Where the person's browser is sent to: a page with a button, and the redirect that follows it.
/// (Microsoft Entra docs: v2-oauth2-auth-code-flow, reply-url)
class AuthorizeEndpoint {
public:
    AuthorizeEndpoint(ClientProof const& client, ApiNames const& api, AuthorizationCodes& codes)
        : client_{client}, api_{api}, codes_{codes}
    {
    }

    /// Of a request that has `signed_in=1` in its query, which is what the button does: the redirect.
    Answer answer(EntraCall const& call);

    void sign_in_by_itself(bool value) { by_itself_ = value; }
    void refuse_consent(std::string error) { refused_with_ = std::move(error); }

private:
    std::optional<Refusal> refuse_query(FormFields const& fields, EntraVersion version) const;
    Answer redirect(FormFields const& fields, EntraCall const& call);

    ClientProof const& client_;
    ApiNames const& api_;
    AuthorizationCodes& codes_;
    bool by_itself_ = false;
    std::string refused_with_; ///< empty: the person consents
};

} // namespace usaged::test
