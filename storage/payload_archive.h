#pragma once

#include "daemon/dataset/snapshot.h"
#include "storage/page_codec.h"
#include "storage/snapshot_store.h"
#include "storage/statements.h"

#include <optional>
#include <string>
#include <vector>

namespace usaged {

/// The tables raw_payload and poll_page. Throws SQLite::Exception, and Error with ErrorCategory::storage for a page
/// that is not there or damaged.
class PayloadArchive {
public:
    explicit PayloadArchive(Statements& statements) : statements_{statements} {}

    /// In a transaction of the caller. A body that is there already is not stored again.
    SnapshotPage add(PollId poll, std::size_t number, std::string const& body, PageScope const& scope, Timestamp at);

    /// Reads into `body`, so that its memory serves page after page. Notices damage by the frame's own checksum.
    void read(SnapshotPage const& page, std::string& body);

    /// The same for a page that was archived long ago: checks too that it is the body of that hash.
    void read_verified(SnapshotPage const& page, std::string& body);

    /// The pages that a poll read, in order.
    std::vector<SnapshotPage> pages_of(PollId poll);

    /// Drops the pages of failed polls: a poll that failed leaves nothing but its rows in poll and http_call.
    void drop_failed();

    /// Drops the bodies that no poll started since `before` read.
    void drop(Timestamp before);

    /// Gives back the memory that is kept between pages.
    void release_memory() { codec_.reset(); }

private:
    PageCodec& codec();

    Statements& statements_;
    std::optional<PageCodec> codec_;
};

} // namespace usaged
