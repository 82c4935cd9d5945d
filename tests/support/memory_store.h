#pragma once

#include "storage/snapshot_store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace usaged::test {

/// A store that forgets everything at its end. Its fields are there to be looked at.
class MemoryStore : public SnapshotStore {
public:
    struct Poll {
        std::string_view dataset;
        Trigger trigger;
        Timestamp started_at;
        std::optional<Timestamp> finished_at; ///< nothing: interrupted
        std::optional<Outcome> outcome;       ///< nothing of a finished one: stopped
        std::optional<Error> error;
        std::vector<SnapshotPage> pages;
        Snapshot snapshot;
    };
    /// Values in the order of the columns; see Value.
    struct StoredValue {
        std::string text;
        double real;
        std::int64_t integer;
        bool operator==(StoredValue const&) const = default;
    };
    struct StoredRow {
        std::vector<StoredValue> values;
        std::string extra;
        bool operator==(StoredRow const&) const = default;
    };
    using Table = std::map<std::vector<std::string>, StoredRow>; ///< by the texts of the key

    std::vector<Poll> polls;
    std::vector<HttpCall> calls;
    std::vector<std::optional<PollId>> call_polls; ///< of the calls, in their order
    std::vector<TokenEvent> token_events;
    std::map<std::string_view, Table> tables;
    std::map<std::string_view, std::set<std::string>> known_fields; ///< unknown ones that were saved, by dataset
    std::size_t reads = 0;                                          ///< of archived pages
    std::optional<Error> broken;                                    ///< what every function throws, while it is set

    PollId begin_poll(Dataset const& dataset, Trigger trigger, Timestamp started_at) override
    {
        check();
        polls.push_back({dataset.name, trigger, started_at, {}, {}, {}, {}, {}});
        return static_cast<PollId>(polls.size());
    }

    void record_call(std::optional<PollId> poll, HttpCall const& call) override
    {
        check();
        calls.push_back(call);
        call_polls.push_back(poll);
    }

    void record_token_event(TokenEvent const& event) override
    {
        check();
        token_events.push_back(event);
    }

    SnapshotPage archive_page(PollId poll, std::size_t number, std::string const& body, PageScope const& scope,
                              Timestamp) override
    {
        check();
        auto const place = archive_.try_emplace(body, archive_.size() + 1).first;
        SnapshotPage page{{}, scope};
        for (std::size_t i = 0; i < sizeof(place->second); ++i) {
            page.hash[i] = static_cast<unsigned char>(place->second >> (8 * i));
        }
        auto& pages = of(poll).pages;
        pages.resize(number + 1);
        pages[number] = page;
        return page;
    }

    std::string read_page(SnapshotPage const& page) override
    {
        check();
        ++reads;
        std::size_t wanted = 0;
        for (std::size_t i = 0; i < sizeof(wanted); ++i) wanted |= std::size_t{page.hash[i]} << (8 * i);
        for (auto const& [body, number] : archive_) {
            if (number == wanted) return body;
        }
        throw Error{ErrorCategory::storage, "no such page"};
    }

    std::optional<AppliedSnapshot> last_good(Dataset const& dataset) override
    {
        check();
        std::optional<Timestamp> degraded_since;
        for (auto i = polls.size(); i-- > 0;) {
            auto const& poll = polls[i];
            bool const applied = poll.outcome == Outcome::ok || poll.outcome == Outcome::unchanged;
            bool const counts = poll.trigger != Trigger::backfill && poll.trigger != Trigger::replay;
            if (poll.dataset != dataset.name || !applied || !counts) continue;
            if (poll.snapshot.degraded.empty())
                return AppliedSnapshot{poll.started_at, poll.snapshot.rows, poll.snapshot.data_to, degraded_since};
            degraded_since = poll.started_at;
        }
        return std::nullopt;
    }

    SaveOutcome save(PollId id, Dataset const& dataset, DecodeRules const& rules, Snapshot const& snapshot,
                     Timestamp finished_at) override
    {
        check();
        auto table = tables[dataset.name];
        SaveOutcome outcome;
        PageDecoder decoder{dataset, rules};
        for (auto const& page : snapshot.pages) {
            decoder.decode(read_page(page), page.scope, [&](Row const& row) { upsert(table, dataset, row, outcome); });
        }
        if (outcome.inserted + outcome.changed > 0) outcome.outcome = Outcome::ok;
        if (snapshot.rows == 0) outcome.outcome = Outcome::empty;
        tables[dataset.name] = std::move(table);
        for (auto const& field : snapshot.unknown_fields) {
            if (known_fields[dataset.name].insert(field).second) outcome.new_fields.push_back(field);
        }
        of(id).finished_at = finished_at;
        of(id).outcome = outcome.outcome;
        of(id).snapshot = snapshot;
        return outcome;
    }

    void fail_poll(PollId id, Error const& error, Timestamp finished_at) override
    {
        check();
        of(id).finished_at = finished_at;
        of(id).outcome = Outcome::failed;
        of(id).error = error;
    }

    void stop_poll(PollId id, Timestamp finished_at) override
    {
        check();
        of(id).finished_at = finished_at;
    }

    PollHistory history(Dataset const& dataset) override
    {
        check();
        PollHistory history;
        for (auto const& poll : polls) {
            if (poll.dataset != dataset.name) continue;
            history.stopped = poll.finished_at && !poll.outcome;
            history.interrupted = !poll.finished_at;
            bool const failed = poll.outcome == Outcome::failed;
            history.last_failure = failed ? poll.finished_at : std::nullopt;
            if (history.interrupted) history.last_failure = poll.started_at;
            history.retry_after = failed ? poll.error->retry_after() : std::nullopt;
            if (failed || history.interrupted) ++history.failures;
            if (!poll.outcome || failed) continue;
            history.last_success = poll.started_at;
            history.failures = 0;
        }
        return history;
    }

    void drop_expired(Timestamp, Timestamp) override { check(); }

private:
    void check() const
    {
        if (broken) throw Error{*broken};
    }

    Poll& of(PollId id) { return polls.at(static_cast<std::size_t>(id) - 1); }

    static void upsert(Table& table, Dataset const& dataset, Row const& row, SaveOutcome& outcome)
    {
        std::vector<std::string> key;
        StoredRow stored{{}, std::string{row.extra}};
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            auto const& [text, real, integer] = row.values[i];
            if (dataset.columns[i].key) key.emplace_back(text);
            stored.values.push_back({std::string{text}, real, integer});
        }
        auto const [place, is_new] = table.try_emplace(std::move(key), stored);
        bool const same = place->second == stored;
        ++(is_new ? outcome.inserted : same ? outcome.unchanged : outcome.changed);
        place->second = std::move(stored);
    }

    std::map<std::string, std::size_t> archive_; ///< bodies and the numbers that stand for their hashes
};

} // namespace usaged::test
