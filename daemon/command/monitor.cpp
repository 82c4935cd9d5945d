#include "daemon/command/monitor.h"

#include "daemon/command/command.h"
#include "daemon/command/json_writer.h"
#include "daemon/metrics/host_names.h"

#include <algorithm>
#include <sstream>

namespace usaged {

namespace {

ListenerReply text_reply(int status, std::string body)
{
    ListenerReply reply;
    reply.status = status;
    reply.body = std::move(body);
    return reply;
}

std::vector<std::string> names_of(Config const& config)
{
    std::vector<std::string> names;
    for (auto const& each : config.datasets) names.emplace_back(each.dataset->name);
    return names;
}

std::string health_json(std::vector<DatasetHealth> const& datasets, std::string const& token_problem, bool failing)
{
    std::ostringstream out;
    JsonWriter json{out};
    json.begin_object();
    json.text("status", failing ? "failing" : "ok");
    json.begin_array("datasets");
    for (auto const& one : datasets) {
        json.begin_object();
        json.text("dataset", one.dataset);
        json.text("status", one.failing ? "failing" : "ok");
        json.text_or_null("reason", one.health.reason);
        json.end_object();
    }
    json.end_array();
    json.text_or_null("refresh_token_problem", token_problem);
    json.end_object();
    out << '\n';
    return out.str();
}

} // namespace

Monitor::Monitor(boost::asio::any_io_executor const& executor, Config const& config, Clock const& clock)
    : settings_{config.metrics}, own_name_{host_name()}, clock_{clock}, listener_{executor, *settings_.listen},
      metrics_{version_number()}, standing_{config}
{
    metrics_.announce(names_of(config));
}

boost::asio::awaitable<void> Monitor::serve()
{
    return listener_.serve([this](ListenerRequest const& request) { return answer(request); });
}

void Monitor::reload(Config const& config)
{
    settings_ = config.metrics;
    metrics_.announce(names_of(config));
    standing_.reload(config);
}

LoopObserver Monitor::observer()
{
    return {[this](Dataset const& dataset, Timestamp at) { standing_.planned(dataset.name, at); },
            [this](Dataset const& dataset, Error const& error) {
                metrics_.error(error.category());
                standing_.failed(dataset.name, error.what());
            }};
}

void Monitor::poll_stored(Dataset const& dataset, PollResult const& result, std::chrono::milliseconds duration)
{
    metrics_.poll_stored(std::string{dataset.name}, result.saved, result.snapshot, duration);
    standing_.succeeded(dataset.name);
    token_stored(result.token_store_error);
}

void Monitor::token_stored(std::optional<Error> const& store_error)
{
    if (store_error && !standing_.token_problem()) metrics_.error(store_error->category());
    standing_.token_problem(store_error ? std::optional{std::string{store_error->what()}} : std::nullopt);
}

void Monitor::poll_failed(Dataset const& dataset, std::chrono::milliseconds duration)
{
    metrics_.poll_failed(std::string{dataset.name}, duration);
    standing_.read(dataset.name);
}

ListenerReply Monitor::answer(ListenerRequest const& request) const
{
    std::string_view const target = request.target;
    auto const path = target.substr(0, target.find('?'));
    if (!is_our_host(request.host, settings_, own_name_))
        return text_reply(421, "This is not the address that usaged listens at (metrics.hosts lists further names).\n");
    if (path != "/metrics" && path != "/healthz") return text_reply(404, "There are /metrics and /healthz.\n");
    if (request.method != "GET" && request.method != "HEAD") return text_reply(405, "Only GET is of use here.\n");
    if (path == "/healthz") return health();
    auto reply = text_reply(200, metrics_.text(standing_.gauges(clock_.now())));
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return reply;
}

ListenerReply Monitor::health() const
{
    auto const datasets = standing_.health(clock_.now());
    auto const& token_problem = standing_.token_problem();
    bool const failing = token_problem || std::ranges::any_of(datasets, &DatasetHealth::failing);
    auto reply = text_reply(failing ? 503 : 200, health_json(datasets, token_problem.value_or(""), failing));
    reply.content_type = "application/json";
    return reply;
}

} // namespace usaged
