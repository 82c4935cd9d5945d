#pragma once

#include "daemon/fault/error.h"
#include "daemon/net/http.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace usaged::test {

/// A transport that answers as a test wrote it down, one line of the script for each request. A request beyond the end
/// of the script throws std::logic_error.
class ScriptedTransport : public HttpTransport {
public:
    /// What is done with one request.
    using Line = std::function<HttpResponse(HttpRequest const&)>;

    void then(Line line) { script_.push_back(std::move(line)); }

    void answer(int status, std::string body, std::vector<HttpHeader> headers = {})
    {
        HttpResponse response;
        response.status = status;
        response.body = std::move(body);
        response.headers = std::move(headers);
        then([response](HttpRequest const&) { return response; });
    }

    void fail(Error const& error)
    {
        then([error](HttpRequest const&) -> HttpResponse { throw Error{error}; });
    }

    /// Does `action`, and then nothing until the request is cancelled.
    void hang(std::function<void()> action)
    {
        then([this, action = std::move(action)](HttpRequest const&) {
            hanging_ = true;
            action();
            return HttpResponse{};
        });
    }

    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override
    {
        co_await boost::asio::post(boost::asio::use_awaitable);
        requests.push_back(request);
        if (script_.empty()) throw std::logic_error{"a request that the test does not expect: " + request.url};
        auto const line = std::move(script_.front());
        script_.pop_front();
        auto response = line(request);
        if (hanging_) {
            boost::asio::steady_timer never{co_await boost::asio::this_coro::executor,
                                            boost::asio::steady_timer::time_point::max()};
            co_await never.async_wait(boost::asio::use_awaitable);
        }
        co_return response;
    }

    /// Every request so far.
    std::vector<HttpRequest> requests;

    /// Whether every line was used.
    bool done() const { return script_.empty(); }

private:
    std::deque<Line> script_;
    bool hanging_ = false;
};

/// The value of the request's header of exactly that name; empty if there is none.
inline std::string header_of(HttpRequest const& request, std::string_view name)
{
    for (auto const& header : request.headers)
        if (header.name == name) return header.value;
    return {};
}

} // namespace usaged::test
