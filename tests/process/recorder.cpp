#include "tests/process/recorder.h"

#include "config/load_config.h"
#include "daemon/auth/token_source.h"
#include "daemon/command/service.h"
#include "daemon/net/https_transport.h"
#include "storage/sqlite_store.h"
#include "tests/support/run_coroutine.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <string>
#include <unistd.h>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Not an Error, so that no part of usaged has a chance to do anything about it.
struct Killed {};

constexpr std::array<std::string_view, 2> suffixes{"", "-wal"};

fs::path with_suffix(fs::path const& database, std::string_view suffix)
{
    return database.string() + std::string{suffix};
}

void copy_files(fs::path const& from, fs::path const& to)
{
    for (auto const suffix : suffixes) {
        fs::remove(with_suffix(to, suffix));
        if (fs::exists(with_suffix(from, suffix))) fs::copy_file(with_suffix(from, suffix), with_suffix(to, suffix));
    }
}

PollSettings poll_settings(Config const& config)
{
    PollSettings settings;
    settings.fetch.base_url = config.partner_center.base_url;
    settings.fetch.user_agent = "usaged/test";
    settings.fetch.retry.attempts = 3;
    settings.keep_raw_payloads = 24h * 3660;
    settings.keep_call_log = 24h * 3660;
    return settings;
}

} // namespace

/// A transport for all polls, so that connections are kept, which can kill.
class Recorder::Transport {
public:
    Transport(Recorder& recorder, HttpSettings const& settings)
        : recorder_{recorder}, https_{recorder.io_.get_executor(), settings}
    {
    }

    std::unique_ptr<HttpTransport> for_one_poll() { return std::make_unique<Borrowed>(*this); }

    void kill_at(std::size_t requests) { left_ = requests; }
    void spare() { left_.reset(); }

private:
    class Borrowed : public HttpTransport {
    public:
        explicit Borrowed(Transport& owner) : owner_{owner} {}

        boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override
        {
            owner_.perhaps_kill();
            owner_.recorder_.sent_.emplace_back(request);
            auto response = co_await owner_.https_.send(request);
            auto& sent = owner_.recorder_.sent_.back();
            sent.status = response.status;
            sent.retry_after = response.header("Retry-After").value_or("");
            co_return response;
        }

    private:
        Transport& owner_;
    };

    void perhaps_kill()
    {
        if (!left_ || --*left_ > 0) return;
        copy_files(recorder_.database(), recorder_.image());
        throw Killed{};
    }

    Recorder& recorder_;
    HttpsTransport https_;
    std::optional<std::size_t> left_; ///< requests until the kill, that one included
};

/// What lives as long as a process.
struct Recorder::Parts {
    Parts(Recorder& recorder, Config const& config)
        : log_file{::open((recorder.directory.path() / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                          0600)},
          log{LogLevel::warn, LogFormat::text, log_file}, store{recorder.database()},
          tokens{token_settings(config), TokenFile{config.state_dir / "refresh_token"}, recorder.clock,
                 [](std::string_view, std::string const&) {}},
          transport{recorder, config.http}, poll{store,
                                                 tokens,
                                                 recorder.clock,
                                                 log,
                                                 [this] { return transport.for_one_poll(); },
                                                 poll_settings(config),
                                                 [] { return 0.5; }}
    {
    }
    Parts(Parts const&) = delete;
    Parts& operator=(Parts const&) = delete;
    ~Parts() { ::close(log_file); }

    int log_file;
    Log log;
    SqliteStore store;
    TokenSource tokens;
    Transport transport;
    DatasetPoll poll;
};

std::string Sent::header(std::string_view name) const
{
    for (auto const& header : request.headers)
        if (header.name == name) return header.value;
    return {};
}

Recorder::Recorder(SimulatorOptions const& options) : simulator{options}, clock{Timestamp{}}
{
    simulator.configuration(directory.path());
    clock.jump_to(time_of_step());
}

Recorder::~Recorder() = default;

Recorder::Parts& Recorder::parts()
{
    if (!parts_) parts_ = std::make_unique<Parts>(*this, load_config(directory.path() / "usaged.yaml"));
    return *parts_;
}

PollResult Recorder::poll(Dataset const& dataset)
{
    sent_.clear();
    return run_coroutine(io_, parts().poll.once(dataset, Trigger::schedule));
}

bool Recorder::killed_poll(Dataset const& dataset, std::size_t requests)
{
    auto& transport = parts().transport;
    transport.kill_at(requests);
    try {
        poll(dataset);
        transport.spare();
        return false;
    } catch (Error const&) {
        transport.spare();
        throw;
    } catch (Killed const&) {
        stop();
        fs::remove(with_suffix(database(), "-shm")); // made anew
        copy_files(image(), database());
        return true;
    }
}

void Recorder::stop()
{
    parts_.reset();
}

Timestamp Recorder::time_of_step() const
{
    auto const& market = simulator.market();
    auto const newest = std::max(market.date("crm", simulator.step()), market.date("o365", simulator.step()));
    return Timestamp{newest} + 78h;
}

void Recorder::advance()
{
    simulator.advance();
    auto const next = std::max(time_of_step(), clock.now() + 6h);
    clock.advance(std::chrono::duration_cast<std::chrono::milliseconds>(next - clock.now()));
}

} // namespace usaged::test
