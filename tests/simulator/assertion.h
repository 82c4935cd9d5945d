#pragma once

#include "tests/support/certificates.h"

#include <chrono>
#include <map>
#include <string>

namespace usaged::test {

/// The parts of a client assertion that a test may change. Header and claims are JSON texts by name.
struct AssertionParts {
    std::map<std::string, std::string> header;
    std::map<std::string, std::string> claims;
    bool pss = true; ///< signed as PS256, else as RS256
};

/// Those of a good PS256 assertion, valid from now on for ten minutes.
AssertionParts good_assertion(KeyedCertificate const& certificate, std::string const& client_id,
                              std::string const& token_url);

std::string sign(AssertionParts const& parts, KeyedCertificate const& certificate);

/// With an RSA key of 2048 bits.
KeyedCertificate make_client_certificate();

} // namespace usaged::test
