#pragma once

#include "tests/simulator/client_assertion.h"
#include "tests/simulator/entra.h"
#include "tests/simulator/form.h"

#include <chrono>
#include <optional>
#include <string>

namespace usaged::test {

/// The one registered application. With neither secret nor certificate it is a public client.
struct RegisteredClient {
    std::string client_id;
    std::string client_secret;
    std::string certificate_pem;
    std::string key_pem; ///< of that
};

/// Decides whether a token request comes from the registered application.
class ClientProof {
public:
    explicit ClientProof(RegisteredClient client);

    RegisteredClient const& client() const { return client_; }

    /// Why a request to `token_url` with these fields is not the application's.
    std::optional<Refusal> refuse(FormFields const& fields, std::string const& token_url,
                                  std::chrono::system_clock::time_point now);
    /// The same without a look at what proves it.
    std::optional<Refusal> refuse_id(std::string const& client_id) const;

private:
    std::optional<Refusal> refuse_secret(std::string const& secret) const;
    std::optional<Refusal> refuse_assertion(FormFields const& fields, std::string const& token_url,
                                            std::chrono::system_clock::time_point now);

    RegisteredClient client_;
    std::optional<AssertionCheck> assertions_;
};

} // namespace usaged::test
