#include "daemon/poll/linked_pages.h"

#include "daemon/poll/next_page.h"

namespace usaged {

boost::asio::awaitable<void> read_linked_pages(ApiClient& api, SnapshotBuilder& snapshot, Dataset const& dataset,
                                               std::string const& base_url, std::string const& path,
                                               PageScope const& scope)
{
    PageTrail trail;
    NextPage next;
    for (auto url = base_url + path;; url = next_page_url(base_url, dataset, path, url, next)) {
        trail.enter(url, next.continuation_token);
        auto const response = co_await api.get(dataset, url, next.continuation_token);
        auto const page = snapshot.add(response.body, scope);
        if (!page.next) co_return;
        // A server may link to the same page by ever new URLs.
        if (snapshot.repeats_page()) throw PageTrail::endless();
        next = *page.next;
    }
}

} // namespace usaged
