#include "daemon/metrics/host_names.h"

#include <climits>

#include <algorithm>
#include <array>
#include <unistd.h>

namespace usaged {

namespace {

std::string lower(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

/// `name`, `name:9815`, `[::1]:9815`: without port and brackets.
std::string without_port(std::string_view host)
{
    if (!host.starts_with('[')) return lower(host.substr(0, host.find(':')));
    auto const end = host.find(']');
    return end == std::string_view::npos ? std::string{} : std::string{host.substr(1, end - 1)};
}

} // namespace

bool is_our_host(std::string_view host, MetricsSettings const& settings, std::string const& own_name)
{
    auto const name = without_port(host);
    if (name.empty()) return false;
    bool const remote = settings.listen && !is_loopback(settings.listen->host);
    if (std::ranges::find(settings.hosts, name) != settings.hosts.end()) return true;
    if (!remote) return is_loopback(name);
    return name == "localhost" || is_ip_address(name) || name == lower(own_name);
}

std::string host_name()
{
    std::array<char, HOST_NAME_MAX + 1> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()} : std::string{};
}

} // namespace usaged
