#pragma once

#include "daemon/fault/error.h"
#include "daemon/login/redirect_login.h"
#include "daemon/net/http_listener.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace usaged {

/// Takes the one redirect that ends a sign-in, from the browser or as a person pastes it. What is no answer to this
/// sign-in changes nothing.
class RedirectReceiver {
public:
    /// `port`: of the listener. `on_end` is called once, when the sign-in has ended and the browser shows so.
    RedirectReceiver(RedirectLogin const& login, std::uint16_t port, std::function<void()> on_end);

    /// What the browser gets to see: static pages that repeat nothing of the request.
    ListenerReply answer(ListenerRequest const& request);

    /// Why `text` does not end the sign-in; nothing if it does, or something else did before.
    std::optional<Error> paste(std::string_view text);

    /// Whether the sign-in has ended.
    bool ended() const { return ended_; }

    /// The authorization code, once. Throws the Error with which Entra ID refused the sign-in.
    Secret take_code();

private:
    bool is_our_host(std::string_view host) const;
    std::optional<Error> take(std::string_view redirect);

    RedirectLogin const& login_;
    std::string port_;
    std::function<void()> on_end_;
    bool ended_ = false;
    Secret code_;
    std::optional<Error> refusal_;
};

} // namespace usaged
