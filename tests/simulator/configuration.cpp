#include "tests/simulator/configuration.h"

#include "tests/support/temp_dir.h"

namespace usaged::test {
namespace {

namespace fs = std::filesystem;
using Settings = std::map<std::string, std::string>; ///< dotted key to YAML

std::string quoted(fs::path const& path)
{
    return '"' + path.string() + '"';
}

std::string write_secret(fs::path const& file, std::string const& secret)
{
    write_file(file, secret + '\n', fs::perms{0600});
    return "{file: " + quoted(file) + '}';
}

Settings settings_for(fs::path const& directory, ConfigurationValues const& values)
{
    auto const ca_file = directory / "ca.pem";
    auto const state = directory / "state";
    Settings settings{
        {"partner_center.base_url", values.base_url},
        {"partner_center.authority", values.base_url},
        {"partner_center.tenant", values.tenant},
        {"partner_center.client_id", values.client_id},
        {"partner_center.refresh_token", write_secret(directory / "refresh_token", values.refresh_token)},
        {"schedule.every", "24h"},
        {"schedule.jitter", "0s"},
        {"retry.attempts", "3"},
        {"retry.initial", "10ms"},
        {"retry.max", "100ms"},
        {"retry.failed_poll", "{initial: 100ms, max: 1s}"},
        {"http.connect_timeout", "5s"},
        {"http.response_timeout", "5s"},
        {"http.ca_file", quoted(ca_file)},
        {"storage.sqlite", "{path: " + quoted(state / "usage.db") + '}'},
        {"guards.frozen_after", "36500d"}, // the documented sample is of 2017
        {"state_dir", quoted(state)},
    };
    if (!values.client_secret.empty())
        settings["partner_center.client_secret"] = write_secret(directory / "client_secret", values.client_secret);
    if (!values.certificate_pem.empty())
        settings["partner_center.certificate"] = write_secret(directory / "app.pem", values.certificate_pem);
    write_file(ca_file, values.ca_pem);
    fs::create_directories(state);
    return settings;
}

/// The keys are in order, so those of a section follow each other.
std::string to_yaml(Settings const& settings)
{
    std::string yaml;
    std::string open_section;
    for (auto const& [key, value] : settings) {
        auto const dot = key.find('.');
        auto const section = dot == std::string::npos ? std::string{} : key.substr(0, dot);
        if (!section.empty() && section != open_section) yaml += section + ":\n";
        open_section = section;
        yaml += section.empty() ? key : "  " + key.substr(dot + 1);
        yaml += ": " + value + '\n';
    }
    return yaml;
}

} // namespace

fs::path write_configuration(fs::path const& directory, ConfigurationValues const& values, Settings const& overrides)
{
    auto const absolute = fs::absolute(directory);
    auto settings = settings_for(absolute, values);
    for (auto const& [key, value] : overrides) {
        if (value.empty())
            settings.erase(key);
        else
            settings[key] = value;
    }
    auto file = absolute / "usaged.yaml";
    write_file(file, to_yaml(settings));
    return file;
}

} // namespace usaged::test
