#include "daemon/poll/next_page.h"

#include "daemon/fault/text.h"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <algorithm>
#include <functional>

namespace usaged {

namespace {

namespace urls = boost::urls;

constexpr std::size_t most_pages = 10000;

/// What of an answer the link stands in.
std::string_view link_name(Dataset const& dataset)
{
    auto const name = dataset.envelope.next.front();
    return name.empty() ? "links.next.uri" : name;
}

class Refusal {
public:
    explicit Refusal(Dataset const& dataset) : name_{link_name(dataset)} {}

    Error operator()(std::string const& reason) const
    {
        return Error{ErrorCategory::data, name_ + " " + reason,
                     "Nothing was stored: a snapshot is stored whole or not at all. If this lasts, please report it."};
    }

private:
    std::string name_;
};

/// The 64-bit hash FNV-1a.
std::uint64_t fnv1a(std::string_view text)
{
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (char const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return hash;
}

bool same_origin(urls::url_view const& a, urls::url_view const& b)
{
    auto const port = [](urls::url_view const& url) {
        return url.port().empty() ? std::string{"443"} : std::string{url.port()};
    };
    return a.scheme_id() == b.scheme_id() && a.encoded_host() == b.encoded_host() && port(a) == port(b) &&
           !a.has_userinfo();
}

/// The service takes paths in any case.
bool is_within(std::string_view path, std::string_view whole)
{
    return equals_ignoring_case(path.substr(0, whole.size()), whole) &&
           (path.size() == whole.size() || path[whole.size()] == '/');
}

std::string base_path(urls::url const& base)
{
    std::string const path{base.encoded_path()};
    return path == "/" ? std::string{} : path;
}

/// `links.next.uri`: without an origin it is below the API's prefix, wherever it stood.
urls::url prefixed(urls::url_view const& reference, urls::url const& base, Dataset const& dataset,
                   Refusal const& refused)
{
    urls::url target{reference};
    if (target.has_scheme() || target.has_authority()) return target;
    if (!target.encoded_path().starts_with('/')) throw refused("is relative to a page");
    auto const prefix = std::string{dataset.path_prefix};
    std::string const path{target.encoded_path()};
    // What base_url has of a path stands before the API's own.
    target.set_encoded_path(base_path(base) + (is_within(path, prefix) ? path : prefix + path));
    target.set_scheme(base.scheme());
    target.set_encoded_authority(base.encoded_authority());
    return target;
}

urls::url resolved(urls::url_view const& reference, std::string_view page_url, Refusal const& refused)
{
    auto const page = urls::parse_uri(page_url);
    urls::url target;
    if (!page || !urls::resolve(*page, reference, target)) throw refused("is not a URI");
    return target;
}

} // namespace

std::string next_page_url(std::string_view base_url, Dataset const& dataset, std::string_view path,
                          std::string_view page_url, NextPage const& next)
{
    Refusal const refused{dataset};
    auto const configured = urls::parse_uri(base_url);
    auto const reference = urls::parse_uri_reference(next.uri);
    if (!configured || !reference) throw refused("is not a URI");

    urls::url base{*configured};
    base.normalize_scheme().normalize_authority();
    auto target = dataset.collection == Collection::commercial ? resolved(*reference, page_url, refused)
                                                               : prefixed(*reference, base, dataset, refused);
    target.normalize_scheme().normalize_authority();
    if (!same_origin(target, base)) throw refused("names another origin than partner_center.base_url");
    target.normalize_path();
    auto const leads_to = [&](std::string_view form) {
        return is_within(target.encoded_path(), base_path(base) + std::string{form});
    };
    if (!leads_to(path) && std::none_of(dataset.paths.begin(), dataset.paths.end(), leads_to))
        throw refused("leads to another path than the dataset's");
    target.remove_fragment();
    return std::string{target.buffer()};
}

void PageTrail::enter(std::string const& url, std::string const& continuation_token)
{
    auto const page = url + "\n" + continuation_token;
    if (!visited_.emplace(std::hash<std::string>{}(page), fnv1a(page)).second || visited_.size() > most_pages)
        throw endless();
}

Error PageTrail::endless()
{
    return Error{ErrorCategory::data, "the pages do not end: the server comes back to one that was read before",
                 "Nothing was stored. If this lasts, please report it to Microsoft."};
}

} // namespace usaged
