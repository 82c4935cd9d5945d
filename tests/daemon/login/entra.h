#pragma once

#include "daemon/auth/token_endpoint.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>

namespace usaged::test {

/// The endpoints of an Entra ID that answers as a test wrote it down.
struct Entra {
    explicit Entra(EndpointVersion version = EndpointVersion::v2) : endpoint{settings(version), clock} {}

    static TokenSettings settings(EndpointVersion version)
    {
        TokenSettings settings;
        settings.authority = "https://login.example";
        settings.tenant = "contoso.example";
        settings.client_id = "client-1";
        settings.audience = "https://api.example";
        settings.version = version;
        return settings;
    }

    ManualClock clock{Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 7 / 1}}};
    ScriptedTransport transport;
    TokenEndpoint endpoint;
};

inline std::string payload(std::string const& name)
{
    return read_file(std::filesystem::path{USAGED_TEST_DATA} / name);
}

inline std::string const granted =
    R"({"token_type":"Bearer","expires_in":3600,"access_token":"access-1","refresh_token":"refresh-1"})";
inline std::string const granted_without_refresh_token =
    R"({"token_type":"Bearer","expires_in":3600,"access_token":"access-1"})";

/// The fields of a form or query, still encoded.
inline std::map<std::string, std::string> fields(std::string const& form)
{
    std::map<std::string, std::string> out;
    for (std::size_t begin = 0; begin < form.size();) {
        auto const end = std::min(form.find('&', begin), form.size());
        auto const field = form.substr(begin, end - begin);
        auto const equals = field.find('=');
        CHECK_MESSAGE(out.emplace(field.substr(0, equals), field.substr(equals + 1)).second, field, " twice");
        begin = end + 1;
    }
    return out;
}

/// The error that `coroutine` ends with.
template <class T>
Error error_of(boost::asio::awaitable<T> coroutine)
{
    try {
        run_coroutine(std::move(coroutine));
    } catch (Error const& error) {
        return error;
    }
    throw std::logic_error{"it went well"};
}

} // namespace usaged::test
