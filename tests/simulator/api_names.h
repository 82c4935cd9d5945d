#pragma once

#include "tests/simulator/entra.h"
#include "tests/simulator/form.h"

#include <optional>
#include <set>
#include <string>

namespace usaged::test {

/// The names that requests may give the API: by `scope` (v2) or by `resource` (v1, which ignores `scope`).
class ApiNames {
public:
    /// Besides that of the real service.
    void allow(std::string const& audience) { audiences_.insert(audience); }

    /// Why a request with these fields cannot be served; a request of v1 or v2 that names no API at all is refused too.
    std::optional<Refusal> refuse(FormFields const& fields, EntraVersion version) const;
    /// The same for a request that need not name it again.
    std::optional<Refusal> refuse_if_named(FormFields const& fields, EntraVersion version) const;

private:
    std::optional<Refusal> refuse_scope(std::string const& scope) const;

    std::set<std::string> audiences_{"https://api.partnercenter.microsoft.com"};
};

/// What a request with these fields asks for besides the access token.
Granted asked_for(FormFields const& fields, EntraVersion version);

/// A field that has to be there.
Refusal missing(std::string const& name);

} // namespace usaged::test
