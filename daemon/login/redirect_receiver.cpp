#include "daemon/login/redirect_receiver.h"

#include <utility>

namespace usaged {

namespace {

ListenerReply page(int status, std::string_view words)
{
    ListenerReply reply;
    reply.status = status;
    reply.content_type = "text/html; charset=utf-8";
    reply.body =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>usaged</title></head>\n<body><p>";
    reply.body += words;
    reply.body += "</p></body></html>\n";
    return reply;
}

} // namespace

RedirectReceiver::RedirectReceiver(RedirectLogin const& login, std::uint16_t port, std::function<void()> on_end)
    : login_{login}, port_{std::to_string(port)}, on_end_{std::move(on_end)}
{
}

ListenerReply RedirectReceiver::answer(ListenerRequest const& request)
{
    std::string_view const target = request.target;
    // Another name would be that of a page elsewhere that made its name point here (DNS rebinding).
    if (!is_our_host(request.host)) return page(400, "This is not the address that usaged listens at.");
    if (target.substr(0, target.find('?')) != "/") return page(404, "There is nothing here.");
    if (request.method != "GET") return page(405, "Only GET is of use here.");
    if (ended()) return page(410, "This sign-in has ended. You can close this page.");
    if (take(target))
        return page(400, "This does not answer the sign-in that usaged waits for. Open the address that it printed.");
    auto reply = page(200, refusal_ ? "The sign-in failed. Where usaged runs, it says why. You can close this page."
                                    : "You have signed in. Where usaged runs, it says what came of it. You can close "
                                      "this page.");
    reply.sent = on_end_;
    return reply;
}

std::optional<Error> RedirectReceiver::paste(std::string_view text)
{
    if (ended_) return std::nullopt;
    auto error = take(text);
    if (!error) on_end_();
    return error;
}

Secret RedirectReceiver::take_code()
{
    if (refusal_) throw Error{*refusal_};
    return std::move(code_);
}

bool RedirectReceiver::is_our_host(std::string_view host) const
{
    return host == "localhost:" + port_ || host == "127.0.0.1:" + port_ || host == "[::1]:" + port_;
}

/// Only an error of ErrorCategory::protocol is about the redirect; any other is the answer to the sign-in.
std::optional<Error> RedirectReceiver::take(std::string_view redirect)
{
    try {
        code_ = login_.read_redirect(redirect);
    } catch (Error const& error) {
        if (error.category() == ErrorCategory::protocol) return error;
        refusal_ = error;
    }
    ended_ = true;
    return std::nullopt;
}

} // namespace usaged
