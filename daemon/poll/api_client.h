#pragma once

#include "daemon/auth/token_source.h"
#include "daemon/dataset/dataset.h"
#include "daemon/log/log.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"
#include "daemon/poll/fetch_settings.h"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace usaged {

/// Asks the API of Partner Center: each request with token, ids and its retries. Make one for each poll, because the
/// access token is renewed at most once in a poll.
class ApiClient {
public:
    /// Borrows the references.
    ApiClient(HttpTransport& transport, TokenSource& tokens, Clock& clock, Log& log, FetchSettings const& settings,
              Retry::Random random);

    /// The answer of status 200 to a GET of `url`. `continuation_token` is sent along unless it is empty. Each retry is
    /// a warning that names the dataset. Throws Error.
    boost::asio::awaitable<HttpResponse> get(Dataset const& dataset, std::string const& url,
                                             std::string const& continuation_token);

    /// Of the request that the last answer came to.
    CallIds const& answer_ids() const { return answer_ids_; }

private:
    boost::asio::awaitable<HttpResponse> try_once(HttpRequest& request);
    boost::asio::awaitable<std::string> access_token(int attempt);
    HttpRequest page_request(std::string const& url, std::string const& continuation_token) const;

    HttpTransport& transport_;
    TokenSource& tokens_;
    Clock& clock_;
    Log& log_;
    FetchSettings const& settings_;
    Retry::Random random_;
    bool token_renewed_ = false;
    CallIds answer_ids_;
};

/// Says in an error about a request to the API, or its answer, what was asked for. Errors about other things, such as
/// tokens, stay as they are.
void place_answer(Error& error, std::string_view where);

} // namespace usaged
