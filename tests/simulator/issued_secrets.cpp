#include "tests/simulator/issued_secrets.h"

#include "tests/simulator/exchange.h"

#include <algorithm>

namespace usaged::test {

std::string IssuedSecrets::issue(std::string_view prefix)
{
    return all_.emplace_back(random_token(prefix));
}

void IssuedSecrets::keep(std::string const& secret)
{
    if (!secret.empty() && std::find(all_.begin(), all_.end(), secret) == all_.end()) all_.push_back(secret);
}

} // namespace usaged::test
