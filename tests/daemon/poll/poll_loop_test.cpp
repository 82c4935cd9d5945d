#include "daemon/poll/poll_loop.h"

#include "tests/support/manual_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/run_coroutine.h"

#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <map>
#include <sstream>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 6 / 15} + 12h};

constexpr Dataset first_dataset{"first", "/first", "", {}, {}, {}};
constexpr Dataset second_dataset{"second", "/second", "", {}, {}, {}};

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
    std::map<std::size_t, std::function<void()>> actions; ///< in the middle of the polls of these numbers
    std::vector<Polled> polled;
};

/// A loop whose polls take 2 s and succeed unless a test says otherwise.
class Fixture : public Surroundings {
public:
    explicit Fixture(std::vector<ScheduledDataset> datasets)
        : log_{LogLevel::info, LogFormat::journal, pipe[1]},
          loop{store, clock, log_, notifier, std::move(datasets), "seed",
               [this](Dataset const& dataset, Trigger trigger) { return poll(dataset, trigger); }}
    {
    }

    /// Runs the loop until `count` polls have begun; it is stopped in the middle of the last one.
    std::vector<Polled> run(std::size_t count)
    {
        actions[count] = [this] { stop_now(); };
        run_until_stopped();
        return polled;
    }

    void run_until_stopped()
    {
        CHECK_THROWS_AS(run_coroutine(io, loop.run(), stop), boost::system::system_error);
    }

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
    boost::asio::awaitable<void> poll(Dataset const& dataset, Trigger trigger)
    {
        polled.push_back({dataset.name, trigger, clock.now() - start});
        auto const number = polled.size();
        auto const id = store.begin_poll(dataset, trigger, clock.now());
        clock.advance(2s);
        if (auto const found = actions.find(number); found != actions.end()) found->second();
        co_await boost::asio::post(boost::asio::use_awaitable);
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

TEST_CASE("the loop sleeps until the next due time, five minutes at most, and wakes for nothing else")
{
    Fixture fixture{{daily(first_dataset, 12min)}};
    fixture.run(2);
    CHECK(fixture.clock.sleeps() == std::vector<milliseconds>{5min, 5min, 2min - 2s});
}

TEST_CASE("a clock stepped while the loop sleeps is noticed within five minutes")
{
    struct Case {
        milliseconds step;
        milliseconds second_poll;
    };
    for (auto const& [step, second_poll] : {Case{48h, 48h + 5min + 2s}, Case{-48h, 5min + 2s - 48h}}) {
        Fixture fixture{{daily(first_dataset)}};
        fixture.actions[1] = [&] { fixture.clock.jump_to(start + step + 2s); };
        auto const polled = fixture.run(2);
        CHECK(polled[1].after == (step > 0s ? step + 2s : second_poll - 5min));
    }
}

TEST_CASE("a failed poll is one error line that says when the next try is, and the loop goes on")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.failures.emplace(1, network_failure());
    auto const polled = fixture.run(2);
    auto const lines = fixture.log_lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0] == "<3>error poll_failed dataset=first category=network remedy=\"check the network\" next_try=" +
                          format_timestamp(start + polled[1].after) + ": connection refused");
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

TEST_CASE("while the database takes no polls, the loop backs off by itself")
{
    Fixture fixture{{daily(first_dataset)}};
    fixture.actions[1] = [&] { fixture.store.broken = storage_failure(); };
    fixture.failures.emplace(1, network_failure());
    fixture.clock.at_sleep(20, [&] { fixture.stop_now(); });
    fixture.run_until_stopped();
    auto const lines = fixture.log_lines();
    CHECK(lines.size() >= 3);
    CHECK(lines.size() <= 6); // in the 95 min of 19 sleeps
    for (auto const& line : lines) CHECK(line.find("category=storage") != std::string::npos);
    CHECK(fixture.polled.size() == 1); // nothing says that another one is due
}
} // namespace usaged::test
