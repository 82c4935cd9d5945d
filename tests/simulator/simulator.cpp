#include "tests/simulator/simulator.h"

#include "tests/simulator/configuration.h"
#include "tests/simulator/simulator_impl.h"

namespace usaged::test {

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
    return impl_->authority.options().client.client_id;
}

std::string Simulator::client_secret() const
{
    return impl_->authority.options().client.client_secret;
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
    values.certificate_pem = impl_->options.client_certificate + impl_->options.client_key;
    values.refresh_token = seed_refresh_token();
    return write_configuration(directory, values, overrides);
}

UsageSeries const& Simulator::series() const
{
    return impl_->partner_center.market().series();
}

Market const& Simulator::market() const
{
    return impl_->partner_center.market();
}

std::size_t Simulator::step() const
{
    std::lock_guard const lock{impl_->mutex};
    return impl_->partner_center.step();
}

void Simulator::advance(std::size_t steps)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->partner_center.advance(steps);
}

void Simulator::serve(std::vector<std::string> pages)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->partner_center.serve(Endpoint::usage, std::move(pages));
}

void Simulator::serve(Endpoint endpoint, std::vector<std::string> pages)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->partner_center.serve(endpoint, std::move(pages));
}

void Simulator::advance_clock(std::chrono::seconds by)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->clock_offset += by;
}

void Simulator::revoke_access_tokens()
{
    std::lock_guard const lock{impl_->mutex};
    impl_->authority.tokens().revoke_access_tokens();
}

void Simulator::revoke_refresh_tokens()
{
    std::lock_guard const lock{impl_->mutex};
    impl_->authority.tokens().revoke_refresh_tokens();
}

std::string Simulator::issue_refresh_token()
{
    std::lock_guard const lock{impl_->mutex};
    return impl_->authority.tokens().issue_refresh_token();
}

std::string Simulator::user_name() const
{
    return impl_->authority.person().user_name;
}

void Simulator::sign_in_by_itself(bool value)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->authority.authorize().sign_in_by_itself(value);
}

void Simulator::refuse_consent(std::string error)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->authority.authorize().refuse_consent(std::move(error));
}

void Simulator::approve_device(std::string const& user_code)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->authority.device_codes().approve(user_code);
}

void Simulator::decline_device(std::string const& user_code)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->authority.device_codes().decline(user_code);
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

void Simulator::random_faults(std::uint64_t seed, double probability)
{
    std::lock_guard const lock{impl_->mutex};
    impl_->random_faults.emplace(seed, probability);
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

std::vector<std::string> Simulator::random_faults_sent() const
{
    std::lock_guard const lock{impl_->mutex};
    return impl_->random_faults ? impl_->random_faults->dealt() : std::vector<std::string>{};
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
    return impl_->authority.secrets().all();
}

} // namespace usaged::test
