#include "tests/daemon/poll/fetching.h"

#include "tests/support/run_coroutine.h"

#include <doctest/doctest.h>

namespace usaged::test {

Snapshot Fetching::fetch()
{
    ApiClient api{transport, tokens, clock, log, settings, [] { return 0.5; }};
    auto const observe = [this](Progress const& so_far) { progress.push_back(so_far); };
    SnapshotFetch fetch{api, archive, log, settings, known_paths, observe};
    return run_coroutine(io, fetch.fetch(*dataset, query, date), stop);
}

Error Fetching::failure()
{
    try {
        fetch();
    } catch (Error const& error) {
        return error;
    }
    FAIL("a snapshot came");
    return Error{ErrorCategory::config, ""};
}

std::vector<std::string> Fetching::targets() const
{
    std::vector<std::string> out;
    for (auto const& request : api_requests()) out.push_back(request.url.substr(settings.base_url.size()));
    return out;
}

} // namespace usaged::test
