#include "daemon/auth/token_source.h"

#include "daemon/fault/classify.h"

#include <algorithm>
#include <utility>

namespace usaged {

namespace {

/// application/x-www-form-urlencoded, every byte but the unreserved ones percent-encoded (RFC 3986, section 2.3).
void append_encoded(std::string& out, std::string_view text)
{
    static constexpr std::string_view hex_digits = "0123456789ABCDEF";
    for (char const c : text) {
        bool const unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                                c == '-' || c == '.' || c == '_' || c == '~';
        auto const byte = static_cast<unsigned char>(c);
        if (unreserved) {
            out += c;
        } else {
            out += '%';
            out += hex_digits[byte >> 4U];
            out += hex_digits[byte & 0xFU];
        }
    }
}

void append_field(std::string& form, std::string_view name, std::string_view value)
{
    if (!form.empty()) form += '&';
    form += name;
    form += '=';
    append_encoded(form, value);
}

/// The body of a token request holds two secrets: wiped however the request ends.
class WipedBody {
public:
    explicit WipedBody(std::string& body) : body_{body} {}
    WipedBody(WipedBody const&) = delete;
    WipedBody& operator=(WipedBody const&) = delete;
    ~WipedBody() { wipe(body_); }

private:
    std::string& body_;
};

} // namespace

TokenSource::TokenSource(TokenSettings settings, TokenFile file, Clock const& clock, TokenObserver observer)
    : settings_{std::move(settings)}, file_{std::move(file)}, clock_{clock}, observer_{std::move(observer)}
{
}

boost::asio::awaitable<std::string> TokenSource::access_token(HttpTransport& transport, int attempt)
{
    if (!access_token_.empty() && clock_.steady_now() < usable_until_) co_return access_token_.reveal();

    auto used = choose_refresh_token();
    auto request = token_request(used.refresh_token, attempt);
    WipedBody const wiped_request{request.body};
    auto response = co_await transport.send(request);
    WipedBody const wiped_answer{response.body};

    Answer const answer{response.status, response.header("Retry-After").value_or(""),
                        response.header("Date").value_or(""), response.body,
                        std::chrono::floor<std::chrono::seconds>(clock_.now())};
    if (auto const error = classify_token_answer(answer)) {
        observe("refused", error->what());
        throw *error;
    }
    accept(read_token_answer(response.body), std::move(used));
    co_return access_token_.reveal();
}

void TokenSource::drop_access_token()
{
    access_token_ = Secret{};
}

void TokenSource::store_pending()
{
    if (!pending_) return;
    write_pending();
    report_stored();
}

StoredToken TokenSource::configured_token() const
{
    StoredToken token;
    token.refresh_token = read_secret(settings_.refresh_token, "partner_center.refresh_token");
    token.seed_fingerprint = fingerprint(token.refresh_token);
    token.authority = settings_.authority;
    token.tenant = settings_.tenant;
    token.client_id = settings_.client_id;
    token.obtained_at = format_timestamp(clock_.now());
    return token;
}

std::optional<StoredToken> TokenSource::stored_token()
{
    try {
        auto token = file_.load();
        bool const ours = token && token->authority == settings_.authority && token->tenant == settings_.tenant &&
                          token->client_id == settings_.client_id;
        if (token && !ours) {
            observe("file_unusable", "the stored refresh token belongs to another application, tenant or cloud");
            return std::nullopt;
        }
        return token;
    } catch (Error const& error) {
        if (!settings_.refresh_token.configured()) throw;
        observe("file_unusable", error.what());
        return std::nullopt;
    }
}

/// A newer seed wins over the stored token, and the stored token over the seed that it came from.
StoredToken TokenSource::choose_refresh_token()
{
    auto stored = pending_ ? std::optional{pending_->clone()} : stored_token();
    if (!settings_.refresh_token.configured()) {
        if (stored) return std::move(*stored);
        throw Error{ErrorCategory::config, "there is no refresh token",
                    "Name one in partner_center.refresh_token of the configuration."};
    }
    auto seed = configured_token();
    if (stored && stored->seed_fingerprint == seed.seed_fingerprint) return std::move(*stored);
    if (stored) observe("seed_used", "the configured refresh token is newer than the stored one");
    return seed;
}

HttpRequest TokenSource::token_request(Secret const& refresh_token, int attempt) const
{
    HttpRequest request;
    request.method = "POST";
    request.url = settings_.authority + "/" + settings_.tenant + "/oauth2/v2.0/token";
    request.attempt = attempt;
    request.max_body = largest_token_answer;
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.headers.emplace_back("Accept", "application/json");
    auto& form = request.body;
    // Reserved once, so that growing leaves no copy of a secret behind.
    form.reserve(3 * (refresh_token.reveal().size() + 65536) + 1024);
    append_field(form, "client_id", settings_.client_id);
    append_field(form, "grant_type", "refresh_token");
    append_field(form, "refresh_token", refresh_token.reveal());
    // Without offline_access no new refresh token comes back.
    append_field(form, "scope", settings_.audience + "/user_impersonation offline_access");
    if (settings_.client_secret.configured()) {
        auto const secret = read_secret(settings_.client_secret, "partner_center.client_secret");
        append_field(form, "client_secret", secret.reveal());
    }
    return request;
}

/// The tokens come first: whoever is told of them may fail.
void TokenSource::accept(Grant grant, StoredToken used)
{
    bool const rotated = !grant.refresh_token.empty(); // else the old one stays good
    if (rotated) {
        used.refresh_token = std::move(grant.refresh_token);
        used.redeemed_at = format_timestamp(clock_.now());
        pending_ = std::move(used);
        write_pending();
    }
    auto const margin = std::min<std::chrono::seconds>(std::chrono::minutes{5}, grant.lifetime / 4);
    access_token_ = std::move(grant.access_token);
    usable_until_ = clock_.steady_now() + grant.lifetime - margin;
    observe("obtained", "a new access token");
    if (rotated) report_stored();
}

void TokenSource::write_pending()
{
    try {
        file_.store(*pending_);
        pending_.reset();
        store_error_.reset();
    } catch (Error const& error) {
        store_error_ = error;
    }
}

void TokenSource::report_stored()
{
    if (store_error_)
        observe("store_failed", store_error_->what());
    else
        observe("rotated", "a new refresh token is stored");
}

void TokenSource::observe(std::string_view event, std::string const& detail)
{
    try {
        observer_(event, detail);
    } catch (Error const&) {
        // What became of the token counts, not whether it could be told.
    }
}

} // namespace usaged
