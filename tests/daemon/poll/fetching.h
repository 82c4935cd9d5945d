#pragma once

#include "tests/daemon/dataset/page_text.h"
#include "tests/daemon/poll/polling.h"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace usaged::test {

/// What a snapshot needs around it, with a dataset to fetch: partner_licenses_usage, unless a test chooses another.
class Fetching : public Polling {
public:
    /// A fetch of its own, with its own client, as each poll has it. `stop` cancels it.
    Snapshot fetch();

    /// The error that a fetch ends with.
    Error failure();

    /// The URLs of the requests to the API, without the origin.
    std::vector<std::string> targets() const;

    void choose(std::string_view name) { dataset = find_dataset(name); }

    boost::asio::io_context io;
    boost::asio::cancellation_signal stop;
    Dataset const* dataset = &usage();
    DatasetQuery query;
    std::optional<std::chrono::sys_days> date;
    KnownPaths known_paths;
    MemoryArchive archive;
    std::vector<Progress> progress; ///< all that was told
};

} // namespace usaged::test
