#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/fault/error.h"
#include "daemon/net/http.h"
#include "daemon/poll/dataset_poll.h"
#include "tests/simulator/simulator.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace usaged::test {

/// A request and how it was answered.
struct Sent {
    HttpRequest request;
    int status = 0;          ///< 0: no complete answer came
    std::string retry_after; ///< the header; empty: there is none
    explicit Sent(HttpRequest what) : request{std::move(what)} {}

    std::string header(std::string_view name) const; ///< of the request
};

/// What `usaged run` is made of, in this process: it polls a simulator over real HTTPS into a real database, at times
/// that the test chooses.
class Recorder {
public:
    explicit Recorder(SimulatorOptions const& options);
    Recorder(Recorder const&) = delete;
    Recorder& operator=(Recorder const&) = delete;
    ~Recorder();

    Simulator simulator;
    TempDir directory;
    ManualClock clock;

    std::filesystem::path database() const { return directory.path() / "state" / "usage.db"; }

    /// One poll. Throws the Error that it failed with.
    PollResult poll(Dataset const& dataset);

    /// The same, but the process is killed when the poll is about to send its request number `requests` (from 1; those
    /// for tokens count), and started again: with the files as they were at that moment. False if the poll was over
    /// before, and went well. Throws as poll().
    bool killed_poll(Dataset const& dataset, std::size_t requests);

    /// What the last poll sent, tokens included.
    std::vector<Sent> const& sent() const { return sent_; }

    /// Ends what runs and closes the database; the next poll starts it again.
    void stop();

    /// The next answers of the simulator are those of the next step, three and a quarter days after the newest
    /// processing date that they show, or a quarter of a day after the last step where that is later.
    void advance();

private:
    struct Parts;
    class Transport;

    Parts& parts();
    std::filesystem::path image() const { return directory.path() / "killed.db"; }
    Timestamp time_of_step() const;

    boost::asio::io_context io_;
    std::vector<Sent> sent_;
    std::unique_ptr<Parts> parts_;
};

} // namespace usaged::test
