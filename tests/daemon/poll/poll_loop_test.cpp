#include "daemon/poll/poll_loop.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/notify_socket.h"
#include "tests/support/run_coroutine.h"

#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

#include <array>
#include <fcntl.h>
#include <map>
#include <sstream>
#include <unistd.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 6 / 15} + 12h};

constexpr Dataset first_dataset{"first", Collection::partner, {}, "", {}, {}, {}};
constexpr Dataset second_dataset{"second", Collection::partner, {}, "", {}, {}, {}};

ScheduledDataset daily(Dataset const& dataset, milliseconds interval = 24h)
{
    ScheduledDataset scheduled{&dataset, {}};
    scheduled.schedule.every = interval;
    scheduled.schedule.jitter = 0ms;
    return scheduled;
}

struct Polled {
    std::string_view dataset;
    Trigger trigger;
    milliseconds after; ///< since the start
    bool operator==(Polled const&) const = default;
};

/// What a test looks at and turns, in front of what has to be there when the loop is made.
struct Surroundings {
    Surroundings() { REQUIRE(::pipe2(pipe.data(), O_NONBLOCK | O_CLOEXEC) == 0); }
    ~Surroundings()
    {
        for (int const end : pipe) ::close(end);
    }
    Surroundings(Surroundings const&) = delete;

    std::array<int, 2> pipe{};
    boost::asio::io_context io;
    boost::asio::cancellation_signal stop;
    ManualClock clock{start};
    MemoryStore store;
    ServiceNotifier notifier;
    std::map<std::size_t, Error> failures;                ///< of the polls of these numbers, from 1
    std::map<std::size_t, Error> unrecorded;              ///< the same, without a trace in the store
    std::map<std::size_t, Error> unfinished;              ///< the same, without an end in the store
    std::map<std::size_t, std::function<void()>> actions; ///< in the middle of the polls of these numbers
    std::vector<Polled> polled;
    std::vector<milliseconds> kept_up; ///< when, since the start
    std::optional<Error> no_upkeep;    ///< what it fails with, while it is set
    std::function<void()> upkeep_action = [] {};
    std::map<std::string_view, milliseconds> planned; ///< what the observer was last told, since the start
    std::vector<std::pair<std::string_view, ErrorCategory>> reported; ///< to the observer
};

/// A loop whose polls take 2 s and succeed unless a test says otherwise.
class Fixture : public Surroundings {
public:
    explicit Fixture(std::vector<ScheduledDataset> datasets)
        : log_{LogLevel::info, LogFormat::journal, pipe[1]}, loop{store,
                                                                  clock,
                                                                  log_,
                                                                  notifier,
                                                                  std::move(datasets),
                                                                  "seed",
                                                                  [this](Dataset const& dataset, Trigger trigger) {
                                                                      return poll(dataset, trigger);
                                                                  },
                                                                  [this] { return keep_up(); },
                                                                  observer()}
    {
    }

    /// Runs the loop until `count` polls have begun; it is stopped in the middle of the last one.
    std::vector<Polled> run(std::size_t count)
    {
        actions[count] = [this] { stop_now(); };
        run_until_stopped();
        return polled;
    }

    void run_until_stopped() { CHECK_THROWS_AS(run_coroutine(io, loop.run(), stop), boost::system::system_error); }

    void stop_now() { stop.emit(boost::asio::cancellation_type::terminal); }

    std::vector<std::string> log_lines()
    {
        std::string text(65536, '\0');
        auto const count = ::read(pipe[0], text.data(), text.size());
        std::istringstream stream{text.substr(0, count > 0 ? static_cast<std::size_t>(count) : 0)};
        std::vector<std::string> lines;
        for (std::string line; std::getline(stream, line);) lines.push_back(line);
        return lines;
    }

private:
    LoopObserver observer()
    {
        return {[this](Dataset const& dataset, Timestamp at) { planned[dataset.name] = at - start; },
                [this](Dataset const& dataset, Error const& error) {
                    reported.emplace_back(dataset.name, error.category());
                }};
    }

    boost::asio::awaitable<void> keep_up()
    {
        kept_up.push_back(clock.now() - start);
        upkeep_action();
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (no_upkeep) throw Error{*no_upkeep};
    }

    boost::asio::awaitable<void> poll(Dataset const& dataset, Trigger trigger)
    {
        polled.push_back({dataset.name, trigger, clock.now() - start});
        auto const number = polled.size();
        if (auto const found = unrecorded.find(number); found != unrecorded.end()) throw Error{found->second};
        auto const id = store.begin_poll(dataset, trigger, clock.now());
        clock.advance(2s);
        if (auto const found = actions.find(number); found != actions.end()) found->second();
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (auto const found = unfinished.find(number); found != unfinished.end()) throw Error{found->second};
        if (auto const found = failures.find(number); found != failures.end()) {
            store.fail_poll(id, found->second, clock.now());
            throw Error{found->second};
        }
        store.save(id, dataset, {}, {}, clock.now());
    }

    Log log_;

public:
    PollLoop loop;
};

Error network_failure()
{
    return Error{ErrorCategory::network, "connection refused", "check the network"};
}

Error storage_failure()
{
    return Error{ErrorCategory::storage, "disk full", "make room"};
}

} // namespace

TEST_CASE("a new dataset is polled at the start, and then in its interval")
{
    Fixture fixture{{daily(first_dataset)}};
    CHECK(fixture.run(3) == std::vector<Polled>{{"first", Trigger::startup, 0s},
                                                {"first", Trigger::schedule, 24h},
                                                {"first", Trigger::schedule, 48h}});
    CHECK(fixture.log_lines().empty());
}

TEST_CASE("datasets are polled one at a time, in the order of their due times")
{
    Fixture fixture{{daily(first_dataset, 10h), daily(second_dataset, 5h)}};
    CHECK(fixture.run(5) == std::vector<Polled>{{"first", Trigger::startup, 0s},
                                                {"second", Trigger::startup, 2s},
                                                {"second", Trigger::schedule, 5h + 2s},
                                                {"first", Trigger::schedule, 10h},
                                                {"second", Trigger::schedule, 10h + 2s}});
}

TEST_CASE("a dataset whose polls take longer than its schedule leaves the others their turn")
{
    Fixture fixture{{daily(first_dataset, 1s), daily(second_dataset)}};
    CHECK(fixture.run(4) == std::vector<Polled>{{"first", Trigger::startup, 0s},
                                                {"second", Trigger::startup, 2s},
                                                {"first", Trigger::schedule, 4s},
                                                {"first", Trigger::schedule, 6s}});
}

TEST_CASE("the loop sleeps until the next due time, five minutes at most, and wakes for nothing else")
{
    Fixture fixture{{daily(first_dataset, 12min)}};
    fixture.run(2);
    CHECK(fixture.clock.sleeps() == std::vector<milliseconds>{5min, 5min, 2min - 2s});
}

TEST_CASE("between polls, at each of its wakings, the loop does the upkeep")
{
    Fixture fixture{{daily(first_dataset, 12min)}};
    fixture.run(3);
    CHECK(fixture.kept_up == std::vector<milliseconds>{2s, 5min + 2s, 10min + 2s, 12min + 2s, 17min + 2s, 22min + 2s});
}

TEST_CASE("upkeep that fails is one warning and left alone for six hours, and no poll waits for it")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.no_upkeep = Error{ErrorCategory::auth, "sign in again"};
    auto const polled = fixture.run(2);
    CHECK(polled[1] == Polled{"first", Trigger::schedule, 24h});
    CHECK(fixture.kept_up == std::vector<milliseconds>{2s, 6h + 2s, 12h + 2s, 18h + 2s});
    auto const lines = fixture.log_lines();
    REQUIRE(lines.size() == 4);
    for (auto const* const part : {"<4>", " upkeep_failed ", "category=auth", "sign in again"}) {
        CAPTURE(part);
        CHECK(lines[0].find(part) != std::string::npos);
    }
}

TEST_CASE("upkeep that succeeds again is done at every waking again")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.no_upkeep = network_failure();
    fixture.clock.at_sleep(50, [&] {
        fixture.no_upkeep.reset();
        fixture.clock.end_sleep();
    });
    fixture.run(2);
    REQUIRE(fixture.kept_up.size() > 3);
    CHECK(fixture.kept_up[2] - fixture.kept_up[1] == 5min);
}

TEST_CASE("time that the upkeep takes does not put off the next poll, nor does it miss an order given meanwhile")
{
    Fixture fixture{{daily(first_dataset, 12min)}};
    fixture.upkeep_action = [&] { fixture.clock.advance(3min); };
    CHECK(fixture.run(2)[1].after == 12min);
    Fixture ordered{{daily(first_dataset)}};
    ordered.upkeep_action = [&] { ordered.loop.poll_now(); };
    ordered.clock.at_sleep(1, [] {});
    CHECK(ordered.run(2)[1] == Polled{"first", Trigger::manual, 2s});
}

TEST_CASE("a loop in the middle of its upkeep stops at once")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.upkeep_action = [&] { fixture.stop_now(); };
    fixture.run_until_stopped();
    CHECK(fixture.kept_up.size() == 1);
}

TEST_CASE("a clock stepped while the loop sleeps is noticed within five minutes")
{
    for (auto const step : {milliseconds{48h}, milliseconds{-48h}}) {
        Fixture fixture{{daily(first_dataset)}};
        fixture.clock.at_sleep(3, [&] {
            fixture.clock.jump_to(fixture.clock.now() + step);
            fixture.clock.end_sleep();
        });
        CHECK(fixture.run(2)[1].after == 2s + 15min + step);
    }
}

TEST_CASE("a loop that sleeps stops at once")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.clock.at_sleep(3, [&] { fixture.stop_now(); });
    fixture.run_until_stopped();
    CHECK(fixture.clock.now() == start + 2s + 10min);
}

TEST_CASE("asked to poll now, a sleeping loop polls every dataset once and then goes on as before")
{
    Fixture fixture{{daily(first_dataset), daily(second_dataset)}};
    fixture.clock.at_sleep(3, [&] { fixture.loop.poll_now(); });
    auto const polled = fixture.run(5);
    CHECK(polled[2] == Polled{"first", Trigger::manual, 10min + 4s});
    CHECK(polled[3] == Polled{"second", Trigger::manual, 10min + 6s});
    CHECK(polled[4] == Polled{"first", Trigger::schedule, 24h + 10min + 4s});
}

TEST_CASE("asked to poll now during a poll, however often, the loop polls once more after it")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.actions[1] = [&] {
        fixture.loop.poll_now();
        fixture.loop.poll_now();
    };
    CHECK(fixture.run(3) == std::vector<Polled>{{"first", Trigger::startup, 0s},
                                                {"first", Trigger::manual, 2s},
                                                {"first", Trigger::schedule, 24h + 2s}});
}

TEST_CASE("a new schedule counts at once while the loop sleeps")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.clock.at_sleep(3, [&] { fixture.loop.reload({daily(first_dataset, 1h)}); });
    CHECK(fixture.run(2)[1] == Polled{"first", Trigger::schedule, 1h});
}

TEST_CASE("new datasets count after the poll in hand, and what was asked to be polled now still is")
{
    Fixture fixture{{daily(first_dataset), daily(second_dataset)}};
    fixture.actions[1] = [&] { fixture.loop.poll_now(); };
    fixture.actions[2] = [&] { fixture.loop.reload({daily(first_dataset, 1h)}); };
    CHECK(fixture.run(4) == std::vector<Polled>{{"first", Trigger::startup, 0s},
                                                {"second", Trigger::manual, 2s},
                                                {"first", Trigger::manual, 4s},
                                                {"first", Trigger::schedule, 1h + 4s}});
}

TEST_CASE("a failed poll is one error line that says when the next try is, and the loop goes on")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.failures.emplace(1, network_failure());
    auto const polled = fixture.run(2);
    auto const lines = fixture.log_lines();
    REQUIRE(lines.size() == 1);
    for (auto const& part :
         {std::string{"<3>"}, std::string{" poll_failed "}, std::string{"connection refused"},
          std::string{"dataset=first"}, std::string{"category=network"}, std::string{"remedy=\"check the network\""},
          "next_try=" + format_timestamp(start + polled[1].after)}) {
        CAPTURE(part);
        CHECK(lines[0].find(part) != std::string::npos);
    }
    CHECK(polled[1].after >= 2s + 150s);
    CHECK(polled[1].after <= 2s + 5min);
}

TEST_CASE("failures back off, and a success ends that")
{
    Fixture fixture{{daily(first_dataset)}};
    for (std::size_t number = 2; number < 8; ++number) fixture.failures.emplace(number, network_failure());
    auto const polled = fixture.run(9);
    for (auto const& [number, back_off] : std::map<std::size_t, milliseconds>{{2, 5min}, {4, 20min}, {7, 2h}}) {
        auto const wait = polled[number].after - polled[number - 1].after - 2s;
        CHECK(wait >= back_off / 2);
        CHECK(wait <= back_off);
    }
    CHECK(polled[8].after - polled[7].after == 24h);
}

TEST_CASE("a loop that starts again goes on as the database says")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.store.polls.push_back({"first", Trigger::schedule, start - 23h, start - 23h, Outcome::ok, {}, {}, {}});
    CHECK(fixture.run(1) == std::vector<Polled>{{"first", Trigger::schedule, 1h}});
}

TEST_CASE("the status says which poll is in hand, and which is next")
{
    NotifySocket const socket;
    Fixture fixture{{daily(first_dataset)}};
    fixture.run(2);
    CHECK(socket.receive() == "STATUS=Polling first");
    CHECK(socket.receive() == "STATUS=Next poll: first at 2026-06-16T12:00:00.000Z");
    CHECK(socket.receive() == "STATUS=Polling first");
    CHECK(socket.receive().empty());
}

TEST_CASE("the server's Retry-After is heeded after the poll too")
{
    Fixture fixture{{daily(first_dataset)}};
    auto const throttled = Error{ErrorCategory::throttled, "throttled"}.retry_after(3h);
    fixture.failures.emplace(1, throttled);
    CHECK(fixture.run(2)[1].after == 3h + 2s);
}

TEST_CASE("failures that the database cannot take back off too, and end as soon as it can")
{
    for (auto const how : {&Surroundings::unrecorded, &Surroundings::unfinished}) {
        Fixture fixture{{daily(first_dataset)}};
        for (std::size_t number = 2; number < 6; ++number) (fixture.*how).emplace(number, storage_failure());
        auto const polled = fixture.run(7);
        CHECK(polled[1].after == 24h);
        for (auto const& [number, back_off] : std::map<std::size_t, milliseconds>{{2, 5min}, {3, 10min}, {5, 40min}}) {
            auto const wait = polled[number].after - polled[number - 1].after;
            CHECK(wait >= back_off / 2);
            CHECK(wait <= back_off + 2s);
        }
        CHECK(polled[6].after - polled[5].after == 24h);
        CHECK(fixture.log_lines().size() == 4);
    }
}

TEST_CASE("a poll that fails with the database is one line")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.actions[1] = [&] { fixture.store.broken = storage_failure(); };
    fixture.failures.emplace(1, network_failure());
    fixture.clock.at_sleep(1, [&] { fixture.stop_now(); });
    fixture.run_until_stopped();
    auto const lines = fixture.log_lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("category=storage") != std::string::npos);
}

TEST_CASE("a database that cannot say what is due is one line a try, and nothing is polled until it can")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.store.polls.push_back({"first", Trigger::schedule, start - 1h, start - 1h, Outcome::ok, {}, {}, {}});
    fixture.store.broken = storage_failure();
    fixture.clock.at_sleep(20, [&] {
        fixture.store.broken.reset();
        fixture.clock.end_sleep();
    });
    CHECK(fixture.run(1) == std::vector<Polled>{{"first", Trigger::schedule, 23h}});
    auto const lines = fixture.log_lines();
    CHECK(lines.size() >= 4); // in not much less than 19 times 5 minutes, with waits of 5, 10, 20, 40, 80 or half of it
    CHECK(lines.size() <= 6);
    CHECK(lines[0].find("cannot tell when it is due: disk full") != std::string::npos);
}

TEST_CASE("the observer knows of every dataset when it is due")
{
    Fixture fixture{{daily(first_dataset), daily(second_dataset, 1h)}};
    fixture.upkeep_action = [&fixture] { fixture.stop_now(); }; // both polls are made
    fixture.run_until_stopped();
    CHECK(fixture.planned == std::map<std::string_view, milliseconds>{{"first", 24h}, {"second", 1h + 2s}});
}

TEST_CASE("the observer is told every error that is reported, once")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.failures.emplace(1, network_failure());
    fixture.unrecorded.emplace(2, storage_failure());
    fixture.run(4);
    CHECK(fixture.reported == std::vector<std::pair<std::string_view, ErrorCategory>>{
                                  {"first", ErrorCategory::network}, {"first", ErrorCategory::storage}});
    CHECK(fixture.log_lines().size() == 2);
}

} // namespace usaged::test
