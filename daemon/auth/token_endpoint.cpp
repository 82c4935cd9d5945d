#include "daemon/auth/token_endpoint.h"

#include "daemon/auth/answer.h"
#include "daemon/auth/client_assertion.h"
#include "daemon/auth/guid.h"

#include <utility>

namespace usaged {

namespace {

/// How long a new certificate may be unknown to Entra ID.
constexpr std::chrono::minutes grace{1};

} // namespace

TokenEndpoint::TokenEndpoint(TokenSettings settings, Clock const& clock) : settings_{std::move(settings)}, clock_{clock}
{
}

std::string TokenEndpoint::token_url() const
{
    return url("token");
}

std::string TokenEndpoint::authorize_url() const
{
    return url("authorize");
}

std::string TokenEndpoint::device_code_url() const
{
    return url("devicecode");
}

std::string TokenEndpoint::url(std::string_view name) const
{
    auto const* const folder = settings_.version == EndpointVersion::v2 ? "/oauth2/v2.0/" : "/oauth2/";
    return settings_.authority + "/" + settings_.tenant + folder + std::string{name};
}

void TokenEndpoint::name_api(Form& form, std::string_view scopes) const
{
    if (settings_.version == EndpointVersion::v1) {
        form.add("resource", settings_.audience);
        return;
    }
    auto scope = settings_.audience + "/user_impersonation";
    if (!scopes.empty()) scope.append(" ").append(scopes);
    form.add("scope", scope);
}

Form TokenEndpoint::grant_form(std::string_view grant_type, std::string_view scopes) const
{
    Form form;
    form.add("client_id", settings_.client_id);
    form.add("grant_type", grant_type);
    name_api(form, scopes);
    return form;
}

boost::asio::awaitable<Grant> TokenEndpoint::redeem(HttpTransport& transport, Form form, int attempt)
{
    try {
        prove_identity(form);
        auto url = token_url();
        auto response = co_await post(transport, std::move(url), std::move(form), attempt);
        WipeAtEnd const wiped{response.body};
        if (auto error = classify_token_answer(answer_of(response, clock_.now()))) {
            if (error->category() == ErrorCategory::auth && error->retryable() && !within_grace())
                error->retryable(false).retry_after(std::nullopt);
            throw Error{*error};
        }
        co_return read_token_answer(response.body);
    } catch (Error& error) {
        error.endpoint("token");
        throw;
    }
}

boost::asio::awaitable<HttpResponse> TokenEndpoint::post(HttpTransport& transport, std::string url, Form form,
                                                         int attempt)
{
    HttpRequest request;
    request.method = "POST";
    request.url = std::move(url);
    request.attempt = attempt;
    request.max_body = largest_token_answer;
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.headers.emplace_back("Accept", "application/json");
    // What Microsoft's support finds the request by, even if no answer came.
    auto const id = make_guid();
    request.headers.emplace_back("client-request-id", id);
    request.headers.emplace_back("return-client-request-id", "true");
    request.body = form.text();
    WipeAtEnd const wiped{request.body};
    try {
        co_return co_await transport.send(request);
    } catch (Error& error) {
        auto ids = error.ids();
        ids.correlation_id = id;
        error.endpoint("token").ids(std::move(ids));
        throw;
    }
}

/// Reads the credential each time: one that was renewed counts without a restart.
void TokenEndpoint::prove_identity(Form& form)
{
    if (settings_.client_secret.configured()) {
        auto const secret = read_secret(settings_.client_secret, "partner_center.client_secret");
        form.add("client_secret", secret.reveal());
    } else if (settings_.certificate.configured()) {
        ClientCertificate const certificate{settings_.certificate};
        if (certificate.thumbprint() != thumbprint_) {
            grace_began_ = clock_.steady_now();
            thumbprint_ = certificate.thumbprint();
        }
        auto const assertion = certificate.assertion(settings_.client_id, token_url(), clock_.now());
        form.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        form.add("client_assertion", assertion.reveal());
    }
}

bool TokenEndpoint::within_grace() const
{
    return clock_.steady_now() - grace_began_ < grace;
}

} // namespace usaged
