#include "daemon/poll/dataset_poll.h"
#include "daemon/poll/poll_loop.h"
#include "daemon/poll/token_renewal.h"
#include "tests/daemon/dataset/page_text.h"
#include "tests/daemon/poll/polling.h"
#include "tests/support/memory_store.h"
#include "tests/support/run_coroutine.h"

#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

#include <algorithm>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

/// Entra ID and Partner Center, who never refuse, and remember when a token was asked for.
class Server : public HttpTransport {
public:
    Server(Clock const& clock, std::vector<Timestamp>& redemptions) : clock_{clock}, redemptions_{redemptions} {}

    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override
    {
        HttpResponse response;
        response.status = 200;
        if (request.method == "POST") {
            redemptions_.push_back(clock_.now());
            response.body = R"({"token_type":"Bearer","expires_in":3600,"access_token":"access","refresh_token":")" +
                            std::to_string(redemptions_.size()) + "\"}";
        } else {
            response.body = page({good_row()});
        }
        co_return response;
    }

private:
    Clock const& clock_;
    std::vector<Timestamp>& redemptions_;
};

/// A daemon that polls every sixty days.
struct Fixture : Polling {
    /// Runs until that day, counted from poll_start.
    void run_until(days end)
    {
        auto const transports = [this] { return std::make_unique<Server>(clock, redemptions); };
        PollSettings poll_settings;
        poll_settings.fetch = settings;
        DatasetPoll dataset_poll{store, tokens, clock, log, transports, poll_settings, [] { return 0.5; }};
        auto const poll = [&](Dataset const& dataset, Trigger trigger) -> boost::asio::awaitable<void> {
            co_await dataset_poll.once(dataset, trigger);
        };
        auto const upkeep = [&, this]() -> boost::asio::awaitable<void> {
            if (clock.now() >= poll_start + end) stop.emit(boost::asio::cancellation_type::terminal);
            co_await renew_refresh_token(tokens, store, clock, log, transports);
        };
        ScheduledDataset scheduled{&usage(), {}};
        scheduled.schedule.every = days{60};
        scheduled.schedule.jitter = 0ms;
        PollLoop loop{store, clock, log, notifier, {scheduled}, "seed", poll, upkeep};
        CHECK_THROWS_AS(run_coroutine(io, loop.run(), stop), boost::system::system_error);
    }

    boost::asio::io_context io;
    boost::asio::cancellation_signal stop;
    ServiceNotifier notifier;
    MemoryStore store;
    std::vector<Timestamp> redemptions;
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "in twenty weeks with a poll every sixty days the refresh token is renewed weekly")
{
    run_until(days{140});
    CHECK(std::count(store.call_polls.begin(), store.call_polls.end(), std::nullopt) == 18);
    CHECK(redemptions.size() == 18 + 3); // with those of the polls on day 0, 60 and 120
    for (std::size_t i = 1; i < redemptions.size(); ++i) {
        CAPTURE(i);
        CHECK(redemptions[i] - redemptions[i - 1] <= days{7} + 5min);
    }
    CHECK(store.polls.size() == 3);
    CHECK(TokenFile{dir.path() / "refresh_token"}.load()->refresh_token.reveal() == "21");
    CHECK(log_lines(" warn ").empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "a refresh token that could not be stored is stored between polls, as soon as that is possible")
{
    auto const obstacle = dir.path() / "refresh_token.new";
    std::filesystem::create_directory(obstacle);
    clock.at_sleep(2, [&, this] {
        CHECK(tokens.store_error());
        std::filesystem::remove(obstacle);
        clock.end_sleep();
    });
    run_until(days{1});
    CHECK_FALSE(tokens.store_error());
    CHECK(redemptions.size() == 1);
    CHECK(TokenFile{dir.path() / "refresh_token"}.load()->refresh_token.reveal() == "1");
}

TEST_CASE_FIXTURE(Fixture, "a daemon that starts again renews the token a week after its last use")
{
    StoredToken token;
    token.refresh_token = Secret{"stored-1"};
    token.authority = "https://login.example";
    token.tenant = "contoso.example";
    token.client_id = "client-1";
    token.redeemed_at = format_timestamp(poll_start - days{6});
    token.seed_fingerprint = fingerprint(Secret{"seed-1"});
    TokenFile{dir.path() / "refresh_token"}.store(token);
    store.polls.push_back(
        {usage().name, Trigger::schedule, poll_start - days{6}, poll_start - days{6}, Outcome::ok, {}, {}, {}});
    run_until(days{3});
    CHECK(redemptions == std::vector<Timestamp>{poll_start + days{1}});
}

} // namespace usaged::test
