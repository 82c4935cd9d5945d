#include "tests/simulator/simulator_impl.h"

#include <algorithm>

namespace usaged::test {
namespace {

constexpr auto tenant_id = "5b9e1c3a-7d24-4f60-8a1b-2c3d4e5f6071";
constexpr auto application_id = "8f1c2d3e-4b5a-4c6d-9e7f-0a1b2c3d4e5f";

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

AuthorityOptions authority_options(SimulatorOptions const& options)
{
    AuthorityOptions authority;
    authority.tenant = tenant_id;
    authority.client.client_id = application_id;
    authority.client.certificate_pem = options.client_certificate;
    authority.client.key_pem = options.client_key;
    if (!options.public_client && options.client_certificate.empty())
        authority.client.client_secret = random_token("SIMULATED~secret%20");
    authority.expires_in = options.expires_in;
    authority.refresh_in = options.refresh_in;
    authority.device_code_interval = options.device_code_interval;
    authority.rotate = options.rotate_refresh_tokens;
    return authority;
}

PartnerCenterOptions partner_center_options(SimulatorOptions const& options)
{
    return {{options.signed_in_with_mfa, options.gzip},
            options.advance_per_request,
            options.commercial,
            options.customer_list};
}

void apply(Fault const& fault, Reply& reply)
{
    if (fault.cut) reply.bytes.resize(std::min(*fault.cut, reply.bytes.size()));
    if (fault.ending != Ending::keep_alive) reply.ending = fault.ending;
    reply.tick = fault.tick;
}

} // namespace

Simulator::Impl::Impl(SimulatorOptions const& wanted)
    : options{wanted}, ca{make_authority_certificate()}, certificate{make_server_certificate(ca, wanted.certificate)},
      authority{authority_options(wanted)}, seed{authority.tokens().issue_refresh_token()},
      partner_center{
          Market{UsageSeries{wanted.seed, wanted.dates}, wanted.seed, wanted.market}, partner_center_options(wanted),
          [this](std::string const& token, Authority::Time time) { return authority.tokens().accepts(token, time); }}
{
    // A client that knows the port in advance waits until everything is in place.
    std::lock_guard const lock{mutex};
    listen(wanted.port);
    port = server->port();
    authority.add_base_url(base_url());
    authority.add_base_url("https://localhost:" + std::to_string(port));
}

void Simulator::Impl::listen(std::uint16_t wanted_port)
{
    ServerHandler handler;
    handler.connection = [this] { return on_connection(); };
    handler.request = [this](Request const& request) { return on_request(request); };
    server.emplace(certificate, wanted_port, std::move(handler));
}

std::size_t Simulator::Impl::count(std::optional<Endpoint> endpoint) const
{
    auto const wanted = [&](Request const& request) { return !endpoint || endpoint_of(request) == *endpoint; };
    return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(), wanted));
}

Accepted Simulator::Impl::on_connection()
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

Reply Simulator::Impl::on_request(Request const& request)
{
    std::lock_guard const lock{mutex};
    requests.push_back(request);
    authority.note_secrets(request);
    arrived.notify_all();
    auto const fault = next_fault(request);
    Reply reply;
    reply.ending = request.keep_alive ? Ending::keep_alive : Ending::close_notify;
    reply.bytes = fault.bytes ? *fault.bytes : to_bytes(respond(request, fault), request.keep_alive);
    apply(fault, reply);
    return reply;
}

Fault Simulator::Impl::next_fault(Request const& request)
{
    auto const endpoint = endpoint_of(request);
    auto& queue = faults[endpoint];
    if (queue.empty()) {
        auto const regular_target = is_of_partner_center(endpoint) || endpoint == Endpoint::token;
        return random_faults && regular_target ? random_faults->next(request) : regular();
    }
    auto fault = std::move(queue.front());
    queue.pop_front();
    return fault;
}

Answer Simulator::Impl::respond(Request const& request, Fault const& fault)
{
    Answer answer;
    if (fault.change) {
        auto plain = request;
        std::erase_if(plain.headers,
                      [](Header const& header) { return equal_ignoring_case(header.name, "Accept-Encoding"); });
        answer = route(plain);
        fault.change(answer);
    } else {
        answer = route(request);
    }
    answer.headers.push_back({"Date", http_date(now())});
    return answer;
}

Answer Simulator::Impl::route(Request const& request)
{
    auto const hosts = request.values("Host");
    auto const suffix = ":" + std::to_string(port);
    if (hosts.size() != 1) return fault_answer(400, "2000", "The request must name one host.");
    if (hosts.front() != "127.0.0.1" + suffix && hosts.front() != "localhost" + suffix)
        return fault_answer(421, "2000", "The host is not served here.");
    if (is_of_partner_center(endpoint_of(request))) return partner_center.answer(request, now());
    if (auto const endpoint = entra_endpoint(request.path())) return authority.answer(request, *endpoint, now());
    auto answer = gateway_not_found();
    answer.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
    return answer;
}

} // namespace usaged::test
