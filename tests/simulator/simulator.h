#pragma once

#include "tests/simulator/commercial_options.h"
#include "tests/simulator/customer_list.h"
#include "tests/simulator/endpoint.h"
#include "tests/simulator/exchange.h"
#include "tests/simulator/fault.h"
#include "tests/simulator/market.h"
#include "tests/simulator/usage_series.h"
#include "tests/support/certificates.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace usaged::test {

struct SimulatorOptions {
    std::uint16_t port = 0;           ///< 0: a free one
    std::uint64_t seed = 1;           ///< of the series of answers
    std::size_t dates = 400;          ///< processing dates in the series; afterwards the last answer stays
    bool advance_per_request = false; ///< every regular answer with the series moves all data on by a step
    std::chrono::seconds expires_in{3600};
    bool public_client = false;        ///< the application has no secret
    std::string client_certificate;    ///< PEM: the application proves itself with this instead of a secret
    std::string client_key;            ///< PEM, of that; configuration() writes both into one file
    bool signed_in_with_mfa = true;    ///< else the API refuses as it does since 2026: 401, code 900421
    bool gzip = false;                 ///< answers of the API are compressed if the client takes that
    bool rotate_refresh_tokens = true; ///< hand out a new refresh token with every access token; else never one
    std::optional<std::chrono::seconds> refresh_in = {}; ///< of token answers; nothing: they do not say
    std::chrono::seconds device_code_interval{5};        ///< how long a client waits before it asks again
    MarketOptions market = {};                           ///< of all datasets but partner_licenses_usage
    CommercialOptions commercial = {};
    CustomerListOptions customer_list = {};
    /// Of the server, issued by the simulator's own CA. Without any name it gets `localhost` and `127.0.0.1`.
    CertificateOptions certificate = {};
};

/// A Partner Center and an Entra ID that run here: HTTPS on 127.0.0.1, one port for both. It demands what the real ones
/// demand and answers as they are documented to. It listens from the constructor to the destructor, in a thread of its
/// own; every function may be called from any thread.
class Simulator {
public:
    explicit Simulator(SimulatorOptions const& options = {});
    Simulator(Simulator const&) = delete;
    Simulator& operator=(Simulator const&) = delete;
    ~Simulator();

    std::uint16_t port() const;
    std::string base_url() const; ///< `https://127.0.0.1:PORT`, of the API and of the authority
    std::string const& ca_pem() const;
    std::string tenant() const;
    std::string client_id() const;
    std::string client_secret() const; ///< empty for a public client and for one with a certificate
    std::string seed_refresh_token() const;

    /// Writes CA, secrets (mode 0600) and `usaged.yaml` into the existing directory, makes its `state` folder, and
    /// returns the path of the configuration. `overrides` replaces or adds values by their dotted key of two parts, in
    /// YAML: `{{"schedule.every", "50ms"}, {"retry.attempts", "1"}}`; an empty one removes the key. Keys without a dot
    /// work for the sections that are no mapping: `datasets`, `state_dir`.
    std::filesystem::path configuration(std::filesystem::path const& directory,
                                        std::map<std::string, std::string> const& overrides = {}) const;

    // The data
    UsageSeries const& series() const;
    Market const& market() const; ///< all six datasets
    std::size_t step() const;     ///< that the next regular answer shows, see UsageSeries::history and Market::history
    void advance(std::size_t steps = 1);
    /// Serves these bodies instead of the series, a page each (see usage_pages); none: the series again.
    void serve(std::vector<std::string> pages);
    /// Serves these bodies at one of the seven endpoints of the API, whatever else the request says. The first goes to
    /// a request that does not ask for a further page; each further one to the next request that is new by its query
    /// (commercial endpoints, partner_deployment), by its MS-ContinuationToken (customers), or by its path (the
    /// customers' endpoints); to the same request again goes the same body. Whoever asks for more than there is gets an
    /// empty `Value`, else 400. With the option `gzip` they are compressed once, here. None: the market again.
    void serve(Endpoint endpoint, std::vector<std::string> pages);

    // Tokens
    /// Moves the simulator's clock, which token expiry and the Date header follow. It starts at the present time.
    void advance_clock(std::chrono::seconds by);
    void revoke_access_tokens();
    /// From now on the refresh tokens issued so far, the seed too, are refused.
    void revoke_refresh_tokens();
    /// A refresh token as an interactive sign-in gives one.
    std::string issue_refresh_token();
    std::string user_name() const; ///< of the one person who signs in, as the id_token says it

    // Consent
    /// The authorize page has a button that a person presses, which posts to the page's URL with `&signed_in=1` after
    /// it (a GET works too). With `true` it presses itself, so that a browser without a person goes through.
    void sign_in_by_itself(bool value);
    /// From now on every authorize page sends the browser back with this `error`; empty: no more.
    void refuse_consent(std::string error);
    /// What the person does about a device code that was handed out. Throw std::invalid_argument if it was not.
    void approve_device(std::string const& user_code);
    void decline_device(std::string const& user_code);

    // Faults
    /// The next `count` requests to the endpoint that no earlier script waits for get this fault.
    void script(Endpoint endpoint, Fault const& fault, std::size_t count = 1);
    /// The same for new connections.
    void script_connection(ConnectionFault fault, std::size_t count = 1);
    /// Forgets what was scripted and not yet consumed.
    void clear_script();
    /// From now on each request to the API or the token endpoint that no script waits for gets a fault with that
    /// probability, 0 for no more. None of them can be mistaken for good data: a client that takes only what it can
    /// trust holds nothing in the end that the market did not serve, and misses nothing that it asks for again. The
    /// same requests get the same faults for the same seed.
    void random_faults(std::uint64_t seed, double probability);
    /// Stops listening and ends all connections; tokens, data and records stay.
    void go_down();
    /// Listens again, on the same port.
    void come_back();

    // Records
    std::vector<Request> requests() const; ///< in the order of arrival
    std::vector<Request> requests(Endpoint endpoint) const;
    std::size_t connections() const;                     ///< accepted so far
    std::vector<std::string> random_faults_sent() const; ///< what they were, in words, in order
    /// Blocks until so many requests (of that endpoint) have arrived since the start. Throws std::runtime_error if they
    /// have not within the limit.
    void wait_for_requests(std::size_t count, std::chrono::seconds limit = std::chrono::seconds{30}) const;
    void wait_for_requests(Endpoint endpoint, std::size_t count,
                           std::chrono::seconds limit = std::chrono::seconds{30}) const;
    void wait_for_connections(std::size_t count, std::chrono::seconds limit = std::chrono::seconds{30}) const;
    /// Every secret there is so far: client secret, private key, seed, each token, authorization code and device code
    /// ever issued, and each client assertion and code_verifier ever received.
    std::vector<std::string> secrets() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged::test
