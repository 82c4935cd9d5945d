#pragma once

#include "config/load_config.h"

#include <optional>
#include <string>
#include <string_view>

namespace usaged::test {

/// The settings that every configuration needs, as the first line of one.
inline std::string const required =
    "partner_center: {tenant: contoso.onmicrosoft.com, client_id: 11111111-2222-3333-4444-555555555555}\n";

/// The same for a service on this computer.
inline std::string const required_on_loopback = "partner_center: {base_url: 'https://127.0.0.1:8443', "
                                                "tenant: contoso.onmicrosoft.com, "
                                                "client_id: 11111111-2222-3333-4444-555555555555}\n";

/// Loads a file with that text.
Config load(std::string_view text);

/// What load_config says about a file `usaged.yaml` with that text, without the path before that name; empty if it
/// accepts the file.
std::string complaints_about(std::string_view text);

/// Sets an environment variable, or unsets it, for as long as it lives.
class EnvironmentVariable {
public:
    EnvironmentVariable(std::string name, std::optional<std::string> const& value);
    EnvironmentVariable(EnvironmentVariable const&) = delete;
    EnvironmentVariable& operator=(EnvironmentVariable const&) = delete;
    ~EnvironmentVariable();

private:
    std::string name_;
    std::optional<std::string> before_;
};

} // namespace usaged::test
