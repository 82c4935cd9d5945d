#pragma once

#include "tests/simulator/entra.h"

#include <string>

namespace usaged::test {

/// Who signs in. There is one person.
struct Person {
    std::string user_name = "agent@simulated.onmicrosoft.com";
    std::string name = "Simulated Agent";
};

/// A JWT about that person, with a signature that nobody can check.
std::string make_id_token(Person const& person, std::string const& client_id, EntraCall const& call);

} // namespace usaged::test
