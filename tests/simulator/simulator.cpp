#include "tests/simulator/simulator.h"

#include "tests/simulator/authority.h"
#include "tests/simulator/configuration.h"
#include "tests/simulator/server.h"
#include "tests/simulator/usage_endpoint.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace usaged::test {
namespace {

constexpr auto tenant_id = "5b9e1c3a-7d24-4f60-8a1b-2c3d4e5f6071";
constexpr auto application_id = "11111111-2222-3333-4444-555555555555";

KeyedCertificate make_authority_certificate()
{
    CertificateOptions options;
    options.common_name = "Simulated Partner Center CA";
    options.is_ca = true;
    options.valid_until = std::chrono::hours{24 * 365};
    return self_sign(options);
}

KeyedCertificate make_server_certificate(KeyedCertificate const& ca, CertificateOptions options)
{
    if (options.common_name.empty() && options.dns_names.empty() && options.ip_addresses.empty()) {
        options.dns_names = {"localhost"};
        options.ip_addresses = {"127.0.0.1"};
        options.valid_until = std::chrono::hours{24 * 365};
    }
    return issue(ca, options);
}

Endpoint endpoint_of(Request const& request)
{
    if (request.path().ends_with("/oauth2/v2.0/token")) return Endpoint::token;
    return request.path() == "/v1/analytics/licenses/usage" ? Endpoint::usage : Endpoint::other;
}

AuthorityOptions authority_options(SimulatorOptions const& options)
{
    AuthorityOptions authority;
    authority.tenant = tenant_id;
    authority.client_id = application_id;
    if (!options.public_client) authority.client_secret = random_token("SIMULATED~secret%20");
    authority.expires_in = options.expires_in;
    authority.rotate = options.rotate_refresh_tokens;
    return authority;
}

void apply(Fault const& fault, Reply& reply)
{
    if (fault.cut) reply.bytes.resize(std::min(*fault.cut, reply.bytes.size()));
    if (fault.ending != Ending::keep_alive) reply.ending = fault.ending;
    reply.tick = fault.tick;
}

} // namespace

class Simulator::Impl {
public:
    explicit Impl(SimulatorOptions const& options)
        : ca{make_authority_certificate()}, certificate{make_server_certificate(ca, options.certificate)},
          authority{authority_options(options)}, seed{authority.issue_refresh_token()},
          usage{UsageSeries{options.seed, options.dates},
                [this](std::string const& token, Authority::Time time) { return authority.accepts(token, time); }}
    {
        usage.advance_per_request(options.advance_per_request);
        // A client that knows the port in advance waits until everything is in place.
        std::lock_guard const lock{mutex};
        listen(options.port);
        port = server->port();
        authority.allow_audience(base_url());
        authority.allow_audience("https://localhost:" + std::to_string(port));
    }

    void listen(std::uint16_t wanted_port)
    {
        ServerHandler handler;
        handler.connection = [this] { return on_connection(); };
        handler.request = [this](Request const& request) { return on_request(request); };
        server.emplace(certificate, wanted_port, std::move(handler));
    }

    std::string base_url() const { return "https://127.0.0.1:" + std::to_string(port); }
    Authority::Time now() const { return std::chrono::system_clock::now() + clock_offset; }

    std::size_t count(std::optional<Endpoint> endpoint) const
    {
        auto const wanted = [&](Request const& request) { return !endpoint || endpoint_of(request) == *endpoint; };
        return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(), wanted));
    }

    template <class Count>
    void wait_for(std::size_t wanted, std::chrono::seconds limit, char const* what, Count count_now) const
    {
        std::unique_lock lock{mutex};
        if (arrived.wait_for(lock, limit, [&] { return count_now() >= wanted; })) return;
        throw std::runtime_error{"the simulator saw " + std::to_string(count_now()) + " of " + std::to_string(wanted) +
                                 " " + what};
    }

    KeyedCertificate const ca;
    KeyedCertificate const certificate;
    mutable std::mutex mutex; ///< of all that follows but the server
    mutable std::condition_variable arrived;
    std::uint16_t port = 0;
    std::chrono::seconds clock_offset{0};
    Authority authority;
    std::string const seed;
    UsageEndpoint usage;
    std::map<Endpoint, std::deque<Fault>> faults;
    std::deque<ConnectionFault> connection_faults;
    std::vector<Request> requests;
    std::size_t connections = 0;
    std::optional<Server> server; ///< destroyed first, and never under the mutex: its thread may wait for it

private:
    Accepted on_connection()
    {
        std::lock_guard const lock{mutex};
        Accepted accepted;
        accepted.number = ++connections;
        if (!connection_faults.empty()) {
            accepted.fault = connection_faults.front();
            connection_faults.pop_front();
        }
        arrived.notify_all();
        return accepted;
    }

    Reply on_request(Request const& request)
    {
        std::lock_guard const lock{mutex};
        requests.push_back(request);
        arrived.notify_all();
        auto const fault = next_fault(endpoint_of(request));
        Reply reply;
        reply.ending = request.keep_alive ? Ending::keep_alive : Ending::close_notify;
        reply.bytes = fault.bytes ? *fault.bytes : to_bytes(respond(request), request.keep_alive);
        apply(fault, reply);
        return reply;
    }

    Fault next_fault(Endpoint endpoint)
    {
        auto& queue = faults[endpoint];
        if (queue.empty()) return regular();
        auto fault = std::move(queue.front());
        queue.pop_front();
        return fault;
    }

    Answer respond(Request const& request)
    {
        auto const hosts = request.values("Host");
        auto const suffix = ":" + std::to_string(port);
        if (hosts.size() != 1) return fault_answer(400, "2000", "The request must name one host.");
        if (hosts.front() != "127.0.0.1" + suffix && hosts.front() != "localhost" + suffix)
            return fault_answer(421, "2000", "The host is not served here.");
        switch (endpoint_of(request)) {
        case Endpoint::token:
            return authority.answer(request, now());
        case Endpoint::usage:
            return usage.answer(request, now());
        case Endpoint::other:
            break;
        }
        return {404,
                {{"Content-Type", "application/json; charset=utf-8"}},
                R"({"statusCode":404,"message":"Resource not found"})"};
    }
};

Simulator::Simulator(SimulatorOptions const& options) : impl_{std::make_unique<Impl>(options)} {}

Simulator::~Simulator() = default;

std::uint16_t Simulator::port() const
{
    return impl_->port;
}

std::string Simulator::base_url() const
{
    return impl_->base_url();
}

std::string const& Simulator::ca_pem() const
{
    return impl_->ca.certificate_pem;
}

std::string Simulator::tenant() const
{
    return impl_->authority.options().tenant;
}

std::string Simulator::client_id() const
{
    return impl_->authority.options().client_id;
}

std::string Simulator::client_secret() const
{
    return impl_->authority.options().client_secret;
}

std::string Simulator::seed_refresh_token() const
{
    return impl_->seed;
}

std::filesystem::path Simulator::configuration(std::filesystem::path const& directory,
                                               std::map<std::string, std::string> const& overrides) const
{
    ConfigurationValues values;
    values.base_url = base_url();
    values.ca_pem = ca_pem();
    values.tenant = tenant();
    values.client_id = client_id();
    values.client_secret = client_secret();
    values.refresh_token = seed_refresh_token();
    return write_configuration(directory, values, overrides);
}

UsageSeries const& Simulator::series() const
{
    return impl_->usage.series();
}

std::size_t Simulator::step() const
{
    std::lock_guard const lock{impl_->mutex};
    return impl_->usage.step();
}

void Simulator::advance(std::size_t steps)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->usage.advance(steps);
}

void Simulator::serve(std::vector<std::string> pages)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->usage.serve(std::move(pages));
}

void Simulator::advance_clock(std::chrono::seconds by)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->clock_offset += by;
}

void Simulator::revoke_access_tokens()
{
    std::lock_guard const lock{impl_->mutex};
    impl_->authority.revoke_access_tokens();
}

void Simulator::revoke_refresh_tokens()
{
    std::lock_guard const lock{impl_->mutex};
    impl_->authority.revoke_refresh_tokens();
}

std::string Simulator::issue_refresh_token()
{
    std::lock_guard const lock{impl_->mutex};
    return impl_->authority.issue_refresh_token();
}

void Simulator::script(Endpoint endpoint, Fault const& fault, std::size_t count)
{
    std::lock_guard const lock{impl_->mutex};
    auto& queue = impl_->faults[endpoint];
    queue.insert(queue.end(), count, fault);
}

void Simulator::script_connection(ConnectionFault fault, std::size_t count)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->connection_faults.insert(impl_->connection_faults.end(), count, fault);
}

void Simulator::clear_script()
{
    std::lock_guard const lock{impl_->mutex};
    impl_->faults.clear();
    impl_->connection_faults.clear();
}

void Simulator::go_down()
{
    impl_->server.reset();
}

void Simulator::come_back()
{
    impl_->listen(impl_->port);
}

std::vector<Request> Simulator::requests() const
{
    std::lock_guard const lock{impl_->mutex};
    return impl_->requests;
}

std::vector<Request> Simulator::requests(Endpoint endpoint) const
{
    auto found = requests();
    std::erase_if(found, [&](Request const& request) { return endpoint_of(request) != endpoint; });
    return found;
}

std::size_t Simulator::connections() const
{
    std::lock_guard const lock{impl_->mutex};
    return impl_->connections;
}

void Simulator::wait_for_requests(std::size_t count, std::chrono::seconds limit) const
{
    impl_->wait_for(count, limit, "requests", [this] { return impl_->count(std::nullopt); });
}

void Simulator::wait_for_requests(Endpoint endpoint, std::size_t count, std::chrono::seconds limit) const
{
    impl_->wait_for(count, limit, "requests to an endpoint", [&] { return impl_->count(endpoint); });
}

void Simulator::wait_for_connections(std::size_t count, std::chrono::seconds limit) const
{
    impl_->wait_for(count, limit, "connections", [this] { return impl_->connections; });
}

std::vector<std::string> Simulator::secrets() const
{
    std::lock_guard const lock{impl_->mutex};
    return impl_->authority.secrets();
}

} // namespace usaged::test
