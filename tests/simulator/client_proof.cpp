#include "tests/simulator/client_proof.h"

#include "tests/simulator/api_names.h"

namespace usaged::test {
namespace {

constexpr auto assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

} // namespace

ClientProof::ClientProof(RegisteredClient client) : client_{std::move(client)}
{
    if (!client_.certificate_pem.empty()) assertions_.emplace(client_.client_id, client_.certificate_pem);
}

std::optional<Refusal> ClientProof::refuse(FormFields const& fields, std::string const& token_url,
                                           std::chrono::system_clock::time_point now)
{
    auto const has_secret = fields.contains("client_secret");
    auto const has_assertion = fields.contains("client_assertion");
    auto const is_public = client_.client_secret.empty() && !assertions_;
    if (auto refusal = refuse_id(field_of(fields, "client_id"))) return refusal;
    if (has_secret && has_assertion)
        return Refusal{400, "invalid_request", 9002313, "Only one client credential may be presented."};
    if (is_public && !has_secret && !has_assertion) return std::nullopt;
    if (is_public)
        return Refusal{401, "invalid_client", 700025,
                       "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."};
    if (has_secret) return refuse_secret(fields.at("client_secret"));
    if (has_assertion) return refuse_assertion(fields, token_url, now);
    return Refusal{401, "invalid_client", 7000218, "The body must contain 'client_assertion' or 'client_secret'."};
}

std::optional<Refusal> ClientProof::refuse_id(std::string const& client_id) const
{
    if (client_id.empty()) return missing("client_id");
    if (client_id == client_.client_id) return std::nullopt;
    return Refusal{400, "unauthorized_client", 700016, "Application not found in the directory."};
}

std::optional<Refusal> ClientProof::refuse_secret(std::string const& secret) const
{
    if (!client_.client_secret.empty() && secret == client_.client_secret) return std::nullopt;
    return Refusal{401, "invalid_client", 7000215, "Invalid client secret provided."};
}

std::optional<Refusal> ClientProof::refuse_assertion(FormFields const& fields, std::string const& token_url,
                                                     std::chrono::system_clock::time_point now)
{
    if (field_of(fields, "client_assertion_type") != assertion_type) return missing("client_assertion_type");
    if (assertions_) return assertions_->refuse(fields.at("client_assertion"), token_url, now);
    return Refusal{401, "invalid_client", 700027, "The application has no certificate."};
}

} // namespace usaged::test
