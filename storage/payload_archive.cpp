#include "storage/payload_archive.h"

#include <algorithm>
#include <stdexcept>

namespace usaged {

namespace {

Error damaged(std::string const& reason)
{
    return Error{ErrorCategory::storage, "an archived page is damaged: " + reason,
                 "Check the disk, and the whole database by PRAGMA integrity_check in sqlite3."};
}

} // namespace

SnapshotPage PayloadArchive::add(PollId poll, std::size_t number, std::string const& body, PageScope const& scope,
                                 Timestamp at)
{
    auto const hash = codec().hash(body);
    auto const key = std::as_bytes(std::span{hash});
    auto const bytes = static_cast<std::int64_t>(body.size());
    if (!statements_("SELECT 1 FROM raw_payload WHERE sha256 = ?").bind(key).step())
        statements_("INSERT INTO raw_payload (sha256, bytes, zstd, archived_at) VALUES (?, ?, ?, ?)")
            .bind(key, bytes, codec().compress(body), at)
            .run();
    statements_("INSERT INTO poll_page (poll_id, page, sha256, bytes, customer_id, processed_date_time, groupby)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(static_cast<std::int64_t>(poll), static_cast<std::int64_t>(number), key, bytes,
              unless_empty(scope.customer_id), unless_empty(scope.processed_date_time), unless_empty(scope.groupby))
        .run();
    return {hash, scope};
}

void PayloadArchive::read(SnapshotPage const& page, std::string& body)
{
    auto query = statements_("SELECT bytes, zstd FROM raw_payload WHERE sha256 = ?");
    query.bind(std::as_bytes(std::span{page.hash}));
    if (!query.step())
        throw Error{ErrorCategory::storage, "an archived page is no longer in the database",
                    "It is fetched again by the next poll; storage.raw_payloads.keep says how long pages stay."};
    try {
        codec().decompress(query.blob(1), static_cast<std::size_t>(query.integer(0)), body);
    } catch (std::runtime_error const& damage) {
        throw damaged(damage.what());
    }
}

void PayloadArchive::read_verified(SnapshotPage const& page, std::string& body)
{
    read(page, body);
    if (codec().hash(body) != page.hash) throw damaged("its SHA-256 is another one");
}

std::vector<SnapshotPage> PayloadArchive::pages_of(PollId poll)
{
    auto query = statements_("SELECT sha256, customer_id, processed_date_time, groupby FROM poll_page WHERE poll_id = ?"
                             " ORDER BY page");
    query.bind(static_cast<std::int64_t>(poll));
    std::vector<SnapshotPage> pages;
    while (query.step()) {
        auto& [hash, scope] = pages.emplace_back();
        auto const blob = query.blob(0);
        std::copy_n(blob.begin(), std::min(blob.size(), hash.size()), std::as_writable_bytes(std::span{hash}).begin());
        scope = {query.text(1), query.text(2), query.text(3)};
    }
    return pages;
}

void PayloadArchive::drop_failed()
{
    statements_("DELETE FROM raw_payload WHERE sha256 IN"
                " (SELECT sha256 FROM poll_page JOIN poll ON poll.id = poll_page.poll_id WHERE poll.outcome = 'failed')"
                " AND NOT EXISTS (SELECT 1 FROM poll_page JOIN poll ON poll.id = poll_page.poll_id"
                "                 WHERE poll_page.sha256 = raw_payload.sha256 AND poll.outcome IS NOT 'failed')")
        .run();
    statements_("DELETE FROM poll_page WHERE poll_id IN (SELECT id FROM poll WHERE outcome = 'failed')").run();
}

void PayloadArchive::drop(Timestamp before)
{
    // From the old polls to their bodies, which come first as the list of pages leads to them: a walk over all bodies
    // would grow with what is kept.
    statements_("DELETE FROM raw_payload WHERE sha256 IN"
                " (SELECT sha256 FROM poll_page WHERE poll_id IN (SELECT id FROM poll WHERE started_at < ?1))"
                " AND NOT EXISTS"
                " (SELECT 1 FROM poll_page JOIN poll ON poll.id = poll_page.poll_id"
                "  WHERE poll_page.sha256 = raw_payload.sha256 AND poll.started_at >= ?1)")
        .bind(before)
        .run();
    // The pages of the last snapshot that was applied stay listed, however old: an unchanged one is known by them.
    statements_("DELETE FROM poll_page"
                " WHERE poll_id IN (SELECT id FROM poll WHERE started_at < ?1)"
                " AND EXISTS (SELECT 1 FROM poll AS old JOIN poll AS newer"
                "             ON newer.dataset = old.dataset AND newer.id > old.id"
                "             AND newer.outcome IN ('ok', 'unchanged')"
                R"(           AND newer."trigger" <> 'replay' WHERE old.id = poll_page.poll_id))")
        .bind(before)
        .run();
}

PageCodec& PayloadArchive::codec()
{
    if (!codec_) codec_.emplace();
    return *codec_;
}

} // namespace usaged
