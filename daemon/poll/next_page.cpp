#include "daemon/poll/next_page.h"

#include "daemon/fault/error.h"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

namespace usaged {

namespace {

namespace urls = boost::urls;

Error refused(std::string const& reason)
{
    return Error{ErrorCategory::data, "links.next.uri " + reason,
                 "Nothing was stored: a snapshot is stored whole or not at all. If this lasts, please report it."};
}

bool same_origin(urls::url_view const& a, urls::url_view const& b)
{
    auto const port = [](urls::url_view const& url) {
        return url.port().empty() ? std::string{"443"} : std::string{url.port()};
    };
    return a.scheme_id() == b.scheme_id() && a.encoded_host() == b.encoded_host() && port(a) == port(b) &&
           !a.has_userinfo();
}

bool is_within(std::string_view path, std::string_view whole)
{
    return path.starts_with(whole) && (path.size() == whole.size() || path[whole.size()] == '/');
}

} // namespace

std::string next_page_url(std::string_view base_url, Dataset const& dataset, NextPage const& next)
{
    auto const configured = urls::parse_uri(base_url);
    auto const reference = urls::parse_uri_reference(next.uri);
    if (!configured || !reference) throw refused("is not a URI");

    urls::url base{*configured};
    base.normalize_scheme().normalize_authority();
    std::string base_path{base.encoded_path()};
    if (base_path == "/") base_path.clear();
    urls::url target{*reference};
    target.normalize_scheme().normalize_authority();
    if (!target.has_scheme() && !target.has_authority()) {
        if (!target.encoded_path().starts_with('/')) throw refused("is relative to a page");
        auto const prefix = std::string{dataset.path_prefix};
        std::string const path{target.encoded_path()};
        // What base_url has of a path stands before the API's own.
        target.set_encoded_path(base_path + (path.starts_with(prefix + "/") ? path : prefix + path));
        target.set_scheme(base.scheme());
        target.set_encoded_authority(base.encoded_authority());
    }
    if (!same_origin(target, base)) throw refused("names another origin than partner_center.base_url");
    target.normalize_path();
    if (!is_within(target.encoded_path(), base_path + std::string{dataset.path}))
        throw refused("leads to another path than the dataset's");
    target.remove_fragment();
    return std::string{target.buffer()};
}

} // namespace usaged
