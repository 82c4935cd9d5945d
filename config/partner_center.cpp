#include "config/partner_center.h"

#include "config/choices.h"
#include "config/secret_source.h"
#include "config/value.h"

#include <array>

namespace usaged {
namespace {

struct Cloud {
    std::string_view name;
    std::string_view base_url;
    std::string_view authority;
};

/// (partner-center-rest-urls.md; authentication-national-cloud.md)
constexpr Cloud global{"global", "https://api.partnercenter.microsoft.com", "https://login.microsoftonline.com"};
constexpr Cloud china{"china", "https://partner.partnercenterapi.microsoftonline.cn",
                      "https://login.partner.microsoftonline.cn"};
constexpr Cloud us_government{"us_government", global.base_url, "https://login.microsoftonline.us"};
constexpr std::array<std::pair<std::string_view, Cloud const*>, 3> clouds{
    {{global.name, &global}, {china.name, &china}, {us_government.name, &us_government}}};

void read_addresses(Section& section, PartnerCenterSettings& settings)
{
    auto const* cloud = &global;
    section.read("cloud", cloud, one_of<Cloud const*>(clouds));
    settings.cloud = cloud->name;
    settings.base_url = cloud->base_url;
    settings.authority = cloud->authority;
    settings.audience = cloud->base_url;
    section.read("base_url", settings.base_url, https_url());
    section.read("authority", settings.authority, https_url());
    section.read("audience", settings.audience, https_url());
    section.read("token_endpoint", settings.token_endpoint, one_of<EndpointVersion>(endpoint_versions));
}

void read_certificate(Section& section, CertificateSource& source)
{
    auto const configured = section.has("certificate");
    section.section("certificate", [&](Section& part) {
        if (configured) part.require("file");
        part.read("file", source.file, absolute_path());
        read_secret_source(part, "key", source.key);
    });
    if (configured && section.has("client_secret")) {
        section.complain("certificate", "excludes `client_secret`: give one of the two");
    }
}

} // namespace

void read_partner_center(Section& section, PartnerCenterSettings& settings)
{
    read_addresses(section, settings);
    section.require("tenant");
    section.read("tenant", settings.tenant, guid_or_domain());
    section.require("client_id");
    section.read("client_id", settings.client_id, guid());
    read_secret_source(section, "client_secret", settings.client_secret);
    read_certificate(section, settings.certificate);
    read_secret_source(section, "refresh_token", settings.refresh_token);
    section.read("locale", settings.locale, language_tag());
}

std::optional<Error> placeholders_left(PartnerCenterSettings const& settings)
{
    auto const tenant = settings.tenant == "contoso.onmicrosoft.com";
    auto const client_id = settings.client_id == "11111111-2222-3333-4444-555555555555";
    if (!tenant && !client_id) return std::nullopt;
    std::string const keys = tenant && client_id ? "partner_center.tenant and partner_center.client_id are"
                             : tenant            ? "partner_center.tenant is"
                                                 : "partner_center.client_id is";
    return Error{ErrorCategory::config, keys + " still as in the example that usaged comes with",
                 "enter those of your own: Microsoft Entra admin center, App registrations, Overview"};
}

} // namespace usaged
