#include "tests/benchmark/scripted_poll.h"

#include "daemon/poll/dataset_poll.h"
#include "daemon/poll/system_clock.h"
#include "storage/sqlite_store.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/temp_dir.h"

#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>

namespace usaged::test {

namespace {

/// The token endpoint and the API, in memory.
class ScriptedTransport : public HttpTransport {
public:
    explicit ScriptedTransport(std::vector<std::string> const& pages) : pages_{pages} {}

    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override
    {
        HttpResponse response;
        response.status = 200;
        if (request.method == "POST") {
            response.body = R"({"token_type":"Bearer","expires_in":86400,"access_token":"scripted"})";
        } else {
            auto const& page = pages_.at(next_++);
            response.body.reserve(page.size() + 64);
            response.body = page;
        }
        co_return response;
    }

private:
    std::vector<std::string> const& pages_;
    std::size_t next_ = 0;
};

TokenSettings token_settings(std::filesystem::path const& directory)
{
    auto const seed = directory / "seed";
    write_file(seed, "scripted\n", std::filesystem::perms{0600});
    TokenSettings settings;
    settings.authority = "https://login.example.com";
    settings.tenant = "contoso.example.com";
    settings.client_id = "11111111-2222-3333-4444-555555555555";
    settings.audience = "https://api.example.com";
    settings.refresh_token = SecretSource{SecretSource::Kind::file, seed.string()};
    return settings;
}

PollSettings poll_settings()
{
    PollSettings settings;
    settings.fetch.base_url = "https://api.example.com";
    settings.fetch.user_agent = "usaged-benchmark";
    // The rows are of dates that are long gone, and few rows may follow many.
    settings.guards.frozen_after = std::chrono::hours{24 * 365 * 100};
    settings.guards.max_shrink = 1;
    return settings;
}

class NullDevice {
public:
    NullDevice() : descriptor_{::open("/dev/null", O_WRONLY | O_CLOEXEC)} {}
    NullDevice(NullDevice const&) = delete;
    NullDevice& operator=(NullDevice const&) = delete;
    ~NullDevice() { ::close(descriptor_); }
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

} // namespace

class ScriptedPoll::Impl {
public:
    explicit Impl(std::filesystem::path const& directory)
        : store_{database(directory)}, tokens_{token_settings(directory), TokenFile{directory / "refresh_token"},
                                               clock_, [](std::string_view, std::string const&) {}}
    {
    }

    void sign_in()
    {
        std::vector<std::string> const none;
        ScriptedTransport transport{none};
        run_coroutine(io_, tokens_.access_token(transport, 1));
    }

    SaveOutcome poll(Dataset const& dataset, std::vector<std::string> const& pages)
    {
        auto const transport = [&pages] { return std::make_unique<ScriptedTransport>(pages); };
        DatasetPoll poll{store_, tokens_, clock_, log_, transport, poll_settings(), [] { return 0.5; }};
        return run_coroutine(io_, poll.once(dataset, Trigger::manual)).saved;
    }

private:
    boost::asio::io_context io_{1};
    NullDevice null_;
    SystemClock clock_{io_.get_executor()};
    Log log_{LogLevel::info, LogFormat::text, null_.descriptor()};
    SqliteStore store_;
    TokenSource tokens_;
};

ScriptedPoll::ScriptedPoll(std::filesystem::path const& directory) : impl_{std::make_unique<Impl>(directory)} {}

ScriptedPoll::~ScriptedPoll() = default;

std::filesystem::path ScriptedPoll::database(std::filesystem::path const& directory)
{
    return directory / "usage.db";
}

void ScriptedPoll::sign_in()
{
    impl_->sign_in();
}

SaveOutcome ScriptedPoll::poll(Dataset const& dataset, std::vector<std::string> const& pages)
{
    return impl_->poll(dataset, pages);
}

} // namespace usaged::test
