#pragma once

#include "daemon/dataset/decode.h"
#include "daemon/log/log.h"
#include "daemon/poll/page_archive.h"
#include "daemon/poll/repeated_keys.h"
#include "daemon/poll/service_dates.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// Makes a snapshot of its pages as they arrive. Keeps none of them: memory does not grow with their number but by what
/// names a page.
class SnapshotBuilder {
public:
    /// Borrows the references. `answer_ids`: of the request that brought the page that is added.
    SnapshotBuilder(Dataset const& dataset, DecodeRules const& rules, PageArchive& archive, Log& log,
                    CallIds const& answer_ids);

    /// Decodes a page, archives it and counts it in. Throws Error if it is not acceptable.
    PageSummary add(std::string const& body, PageScope const& scope);

    /// Leaves a customer out. finish() warns of it.
    void skip(SkippedCustomer customer);

    /// Degrades the poll, for one more reason.
    void degrade(std::string_view reason);

    std::size_t pages() const { return snapshot_.pages.size(); }
    std::int64_t items() const { return snapshot_.rows + snapshot_.bad_rows; }

    /// Whether the rows of the last page have the keys of those of an earlier one, in the same order. An empty page
    /// has none.
    bool repeats_page() const { return repeats_page_; }

    /// The snapshot, with one warning for each kind of oddity. Throws Error if rows contradict each other. Others get
    /// their turn after each page that has to be read again, and cancellation ends it there with
    /// boost::system::system_error operation_aborted.
    boost::asio::awaitable<Snapshot> finish();

private:
    PageSummary add_small(std::string const& body, PageScope const& scope);
    PageSummary add_large(std::string const& body, PageScope const& scope);
    void archive(std::string const& body, PageScope const& scope);
    PageSummary decode(std::string const& body, PageScope const& scope);
    std::string place(PageScope const& scope) const;
    void note_page(PageSummary const& page);
    void note_dates(PageSummary const& page);
    boost::asio::awaitable<void> find_repeated_rows();
    void walk_page(std::size_t number, RepeatedKeys::PageRowVisitor const& visit);
    void warn_of_skipped();
    void warn_of_counts();
    void warn(std::string_view event, std::string detail);

    Dataset const& dataset_;
    PageArchive& archive_;
    Log& log_;
    CallIds const& answer_ids_;
    PageDecoder decoder_;
    RepeatedKeys keys_;
    std::optional<ServiceDates> dates_; ///< only for Collection::commercial
    std::vector<CallIds> page_ids_;     ///< of the requests that brought the pages
    Snapshot snapshot_;
    std::set<std::string> unknown_fields_;
    std::string first_bad_;
    std::map<std::int64_t, std::size_t> odd_counts_; ///< the server's, with the number of items of such a page
    std::uint64_t page_keys_ = 0;                    ///< of the page that is read
    std::set<std::uint64_t> seen_pages_;             ///< page_keys_ of all pages
    bool repeats_page_ = false;
};

} // namespace usaged
