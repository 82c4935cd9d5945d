#include "daemon/login/device_login.h"

#include "daemon/auth/answer.h"
#include "daemon/fault/classify.h"
#include "daemon/login/device_answer.h"
#include "daemon/login/redirect_login.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace usaged {

namespace {

using std::chrono::seconds;

Error expired()
{
    return Error{ErrorCategory::auth, "nobody signed in before the code expired", "Run `usaged login` again."};
}

/// How to go on polling after a try that brought no tokens.
struct Patience {
    seconds interval;    ///< from now on
    seconds at_least{0}; ///< before the next try

    /// `left`: until the code expires. Throws `error`, not to be retried, if there is no point in going on.
    void after(Error const& error, std::chrono::steady_clock::duration left);
};

void Patience::after(Error const& error, std::chrono::steady_clock::duration left)
{
    constexpr seconds slower{5}; // RFC 8628, section 3.5
    constexpr seconds loop_pause{30};
    auto const& code = error.api_code();
    at_least = seconds{0};
    if (code == "authorization_pending") return;
    if (code == "slow_down") {
        interval += slower;
    } else if (error.category() == ErrorCategory::throttled && code == "invalid_grant") {
        // AADSTS50196, a request loop: for other grants a wait of minutes, here what polling is taken for.
        interval = std::max(interval + slower, loop_pause);
    } else if (error.retryable()) {
        if (!error.retry_after()) interval *= 2;
        at_least = error.retry_after().value_or(seconds{0});
        if (at_least > left) throw Error{error}.retryable(false);
    } else {
        throw Error{error};
    }
}

} // namespace

DeviceLogin::DeviceLogin(TokenEndpoint& endpoint, Clock& clock) : endpoint_{endpoint}, clock_{clock} {}

boost::asio::awaitable<DeviceCode> DeviceLogin::begin(HttpTransport& transport)
{
    Form form;
    form.add("client_id", endpoint_.settings().client_id);
    endpoint_.name_api(form, login_scopes);
    auto url = endpoint_.device_code_url();
    auto response = co_await endpoint_.post(transport, std::move(url), std::move(form), 1);
    WipeAtEnd const wiped{response.body}; // it holds the device code
    if (auto error = classify_token_answer(answer_of(response, clock_.now()))) throw Error{error->endpoint("token")};
    co_return read_device_answer(response.body);
}

boost::asio::awaitable<Grant> DeviceLogin::wait(HttpTransport& transport, DeviceCode code)
{
    auto const expires = clock_.steady_now() + code.expires_in;
    Patience patience{code.interval};
    for (int attempt = 1;; ++attempt) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(expires - clock_.steady_now());
        // The last try is at the very end: somebody may have signed in during the last interval.
        auto const pause = std::max<std::chrono::milliseconds>(patience.at_least, patience.interval);
        co_await clock_.sleep_for(std::min(pause, left));
        bool const last = clock_.steady_now() >= expires;
        try {
            co_return co_await redeem(transport, code.device_code, attempt);
        } catch (Error const& error) {
            patience.after(error, expires - clock_.steady_now());
        }
        if (last) throw expired();
    }
}

boost::asio::awaitable<Grant> DeviceLogin::redeem(HttpTransport& transport, Secret const& device_code, int attempt)
{
    auto form = endpoint_.grant_form("urn:ietf:params:oauth:grant-type:device_code", login_scopes);
    form.add("device_code", device_code.reveal());
    auto grant = co_await endpoint_.redeem(transport, std::move(form), attempt);
    require_refresh_token(grant);
    co_return grant;
}

} // namespace usaged
