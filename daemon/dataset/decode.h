#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"

#include <memory>
#include <string>

namespace usaged {

/// `guards` of the configuration, as far as the decoder heeds them.
struct DecodeRules {
    bool quarantine_bad_rows = false; ///< leave bad rows out and count them; else the first one refuses the page
    /// Report a count that differs from the number of items; else refuse the page. One that need not be that of the
    /// page (Envelope::counts_page) is always only reported.
    bool tolerate_count_mismatch = false;
};

/// Decodes pages of one dataset. Keeps its buffers between pages, so use one for many.
class PageDecoder {
public:
    explicit PageDecoder(Dataset const& dataset, DecodeRules rules = {});
    ~PageDecoder();

    /// Checks the whole of `body` and hands each good row to `visit`, in order. A byte order mark is skipped.
    /// The column `customer_id` is that of `scope`; a different one in the row is kept in `extra`.
    /// A body that has 64 bytes of spare capacity is read in place, any other one is copied.
    /// Throws Error with ErrorCategory::data for anything that is not an acceptable page; its text names the JSON path
    /// of the offence and the reason, never the value. `visit` may have seen rows by then.
    PageSummary decode(std::string const& body, PageScope const& scope, RowVisitor const& visit);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged
