#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace usaged::test {

struct ConfigurationValues {
    std::string base_url; ///< of the API and of the authority
    std::string ca_pem;
    std::string tenant;
    std::string client_id;
    std::string client_secret;   ///< empty: none
    std::string certificate_pem; ///< of the application, with its key; empty: none
    std::string refresh_token;
};

/// See Simulator::configuration.
std::filesystem::path write_configuration(std::filesystem::path const& directory, ConfigurationValues const& values,
                                          std::map<std::string, std::string> const& overrides);

} // namespace usaged::test
