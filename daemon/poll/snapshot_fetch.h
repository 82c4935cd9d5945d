#pragma once

#include "daemon/auth/token_source.h"
#include "daemon/dataset/decode.h"
#include "daemon/fault/retry.h"
#include "daemon/log/log.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"
#include "daemon/poll/page_archive.h"
#include "daemon/poll/repeated_keys.h"

#include <set>
#include <string>

namespace usaged {

/// How Partner Center is asked.
struct FetchSettings {
    std::string base_url; ///< without a trailing slash
    std::string locale = "en-US";
    std::string user_agent;
    RetrySettings retry;
    DecodeRules rules;
};

/// Reads all pages of one snapshot: token, request, classification, decoding, archive; each request with its retries.
class SnapshotFetch {
public:
    /// Borrows everything. `reported_fields` holds the unknown fields that were warned of before, and grows.
    SnapshotFetch(HttpTransport& transport, TokenSource& tokens, PageArchive& archive, Clock& clock, Log& log,
                  FetchSettings const& settings, Retry::Random random, std::set<std::string>& reported_fields);

    /// The snapshot, complete and without contradictions. Throws Error.
    boost::asio::awaitable<Snapshot> fetch(Dataset const& dataset);

private:
    struct Progress;

    boost::asio::awaitable<HttpResponse> get(Dataset const& dataset, std::string const& url,
                                             std::string const& continuation_token);
    boost::asio::awaitable<std::string> access_token(int attempt);
    boost::asio::awaitable<HttpResponse> try_once(HttpRequest& request);
    HttpRequest page_request(std::string const& url, std::string const& continuation_token) const;
    void add_page(Progress& progress, PageSummary const& summary);
    void check_repeated_keys(Progress& progress);
    void warn(Dataset const& dataset, std::string_view event, std::string detail);

    HttpTransport& transport_;
    TokenSource& tokens_;
    PageArchive& archive_;
    Clock& clock_;
    Log& log_;
    FetchSettings const& settings_;
    Retry::Random random_;
    std::set<std::string>& reported_fields_;
    bool token_renewed_ = false;
};

} // namespace usaged
