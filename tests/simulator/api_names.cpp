#include "tests/simulator/api_names.h"

#include <algorithm>
#include <sstream>
#include <vector>

namespace usaged::test {
namespace {

constexpr std::string_view permission = "/user_impersonation";

std::vector<std::string> words(std::string const& text)
{
    std::istringstream in{text};
    std::vector<std::string> found;
    for (std::string word; in >> word;) found.push_back(word);
    return found;
}

bool is_without_resource(std::string const& scope)
{
    return scope == "offline_access" || scope == "openid" || scope == "profile";
}

} // namespace

std::optional<Refusal> ApiNames::refuse(FormFields const& fields, EntraVersion version) const
{
    std::string const name = version == EntraVersion::v1 ? "resource" : "scope";
    if (field_of(fields, name).empty()) return missing(name);
    return refuse_if_named(fields, version);
}

std::optional<Refusal> ApiNames::refuse_if_named(FormFields const& fields, EntraVersion version) const
{
    auto const resource = field_of(fields, "resource");
    auto const scope = field_of(fields, "scope");
    if (version == EntraVersion::v2 && fields.contains("resource"))
        return Refusal{400, "invalid_request", 901002, "The 'resource' request parameter is not supported."};
    if (version == EntraVersion::v2) return scope.empty() ? std::nullopt : refuse_scope(scope);
    if (resource.empty() || audiences_.contains(resource)) return std::nullopt;
    return Refusal{400, "invalid_resource", 500011, "The resource principal named " + resource + " was not found."};
}

std::optional<Refusal> ApiNames::refuse_scope(std::string const& scope) const
{
    auto resources = 0;
    for (auto const& word : words(scope)) {
        auto const audience = word.substr(0, word.size() - std::min(word.size(), permission.size()));
        if (word.ends_with(permission) && audiences_.contains(audience))
            ++resources;
        else if (!is_without_resource(word))
            return Refusal{400, "invalid_scope", 70011, "The scope '" + word + "' is not valid."};
    }
    if (resources == 1) return std::nullopt;
    return Refusal{400, "invalid_scope", 70011, "The scope must name one resource."};
}

Granted asked_for(FormFields const& fields, EntraVersion version)
{
    if (version == EntraVersion::v1) return {true, true};
    auto const scopes = words(field_of(fields, "scope"));
    auto const asks = [&](char const* name) { return std::find(scopes.begin(), scopes.end(), name) != scopes.end(); };
    return {asks("offline_access"), asks("openid")};
}

Refusal missing(std::string const& name)
{
    return {400, "invalid_request", 900144, "The request body must contain the parameter '" + name + "'."};
}

} // namespace usaged::test
