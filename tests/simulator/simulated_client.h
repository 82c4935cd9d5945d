#pragma once

#include "tests/simulator/simulator.h"
#include "tests/support/tls_client.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// What a client of the simulator says, as bytes.
class SimulatedClient {
public:
    explicit SimulatedClient(Simulator const& simulator);

    /// The fields of a good token request, for changing.
    std::map<std::string, std::string> token_form(std::string const& refresh_token) const;
    std::string token_request(std::map<std::string, std::string> const& form) const;
    std::string token_request_of(std::string const& encoded_form) const;

    /// The headers of a good request for usage data, for changing; each call has new ids.
    std::map<std::string, std::string> usage_headers(std::string const& access_token) const;
    std::string usage_request(std::map<std::string, std::string> const& headers, std::string const& query = {}) const;
    std::string usage_request(std::string const& access_token) const;

    /// A good request for `target`, a path with a query, with these headers.
    std::string api_request(std::string const& target, std::map<std::string, std::string> const& headers) const;
    /// Asks so; with that continuation token if it is not empty.
    ReceivedAnswer fetch(std::string const& target, std::string const& access_token,
                         std::string const& continuation = {}) const;

    /// Sends over a connection of its own.
    ReceivedAnswer ask(std::string_view request) const;

    /// Posts a form to `/TENANT` and `path`.
    ReceivedAnswer post(std::string const& path, std::map<std::string, std::string> const& form) const;
    ReceivedAnswer get(std::string const& target) const;

    /// `https://127.0.0.1:PORT/TENANT` and `path`.
    std::string url(std::string const& path) const;

    /// A new access token in exchange for the seed.
    std::string access_token() const;

private:
    std::string post_request(std::string const& path, std::string const& encoded_form) const;

    Simulator const& simulator_;
};

/// Checks that Entra ID refused with that status, `error` and number.
void check_refused(ReceivedAnswer const& answer, int status, std::string const& error, std::string const& code);

/// The value of a text field of a JSON object, which must not contain a backslash; empty if it is not there.
std::string text_field(std::string const& json, std::string_view name);

/// The claims in a JWT, as JSON.
std::string id_token_claims(std::string const& id_token);

} // namespace usaged::test
