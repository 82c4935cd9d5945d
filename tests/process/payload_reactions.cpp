#include "tests/process/payload_reactions.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace usaged::test {
namespace {

// The exit statuses are those of sysexits.h.
constexpr Reaction success{"unchanged", "", 0, 1};
constexpr Reaction empty{"empty", "", 0, 1};
constexpr Reaction data{"failed", "data", 65, 1};
constexpr Reaction http{"failed", "http", 69, 1};
constexpr Reaction http_retried{"failed", "http", 69, 3};
constexpr Reaction throttled_retried{"failed", "throttled", 75, 3};
constexpr Reaction throttled_at_once{"failed", "throttled", 75, 1};
constexpr Reaction protocol{"failed", "protocol", 76, 1};
constexpr Reaction auth{"failed", "auth", 77, 1};
constexpr Reaction auth_with_new_token{"failed", "auth", 77, 2};
constexpr Reaction signed_in{"", "", 0, 1};
constexpr Reaction signed_in_later{"", "", 0, 2};
constexpr Reaction not_begun{"", "auth", 77, 0};
constexpr Reaction not_signed_in{"", "auth", 77, 1};

/// A word of the index, and what it means for this kind of answer.
struct Row {
    std::string_view kind;
    std::string_view expect;
    Reaction reaction;
};

constexpr std::array rows{
    Row{"api", "ok", success},
    Row{"api", "ok_empty", empty},
    Row{"api", "ok_more", success},
    Row{"api", "end_of_data", success},
    Row{"api", "skip_customer", success},
    Row{"api", "try_other_path", success},
    Row{"api", "refuse_link", data},
    Row{"api", "parse_error", data}, // repeating does not mend a body, so it is not retried within the poll
    Row{"api", "permanent_request", http},
    Row{"api", "retry_later", http_retried},
    Row{"api", "throttled", throttled_retried},
    Row{"api", "refresh_once", auth_with_new_token},
    Row{"api", "config_error", auth},
    Row{"api", "needs_consent", auth},
    Row{"api", "needs_operator", auth},
    Row{"token", "ok", success},
    Row{"token", "ok_keep_refresh_token", success},
    Row{"token", "needs_consent", auth},
    Row{"token", "needs_operator", auth},
    Row{"token", "config_error", auth},
    Row{"token", "config_error_grace", auth}, // the grace is a Retry-After, here over the limit
    Row{"token", "retry_later", http_retried},
    Row{"token", "throttled", throttled_retried},
    Row{"device", "ok", signed_in},
    Row{"device", "config_error", not_begun},
    Row{"device", "poll_again", signed_in_later},
    Row{"device", "poll_slower", signed_in_later},
    Row{"device", "stop", not_signed_in},
};

/// A file for which the word is not the whole story.
struct Exception {
    std::string_view file;
    Reaction reaction;
    std::string_view reason;
};

constexpr std::array exceptions{
    Exception{"partner-usage-tolerance.json", data, "a row without a value refuses the snapshot (guards.on_bad_row)"},
    Exception{"sibling-subscriptions-grouped.json", data, "rows of another endpoint: they lack what this one sends"},
    Exception{"token-error-50196-loop.json", throttled_at_once, "asking again soon would prolong the block"},
    Exception{"token-error-200-no-token.json", protocol, "a 200 without a token is no answer of a token endpoint"},
};

/// Answers of one endpoint that follow each other.
struct Sequence {
    std::string_view file; ///< that this is the sequence of
    std::array<std::string_view, 3> files;
};

constexpr std::array sequences{
    Sequence{"commercial-usage-page1.json", {"commercial-usage-page1.json", "commercial-usage-page2.json"}},
    Sequence{"commercial-usage-page1-relative-link.json",
             {"commercial-usage-page1-relative-link.json", "commercial-usage-page2.json"}},
    Sequence{"commercial-usage-page2.json", {"commercial-usage-page1.json", "commercial-usage-page2.json"}},
    Sequence{"customers-page1.json", {"customers-page1.json", "customers-page2-last.json"}},
    Sequence{"customers-page2-last.json", {"customers-page1.json", "customers-page2-last.json"}},
    Sequence{"customers-page2-dangling-token.json",
             {"customers-page1.json", "customers-page2-dangling-token.json", "error-400-2000-end-of-customers.json"}},
    Sequence{"error-400-2000-end-of-customers.json",
             {"customers-page1.json", "customers-page2-dangling-token.json", "error-400-2000-end-of-customers.json"}},
};

Reaction listed_reaction(IndexedPayload const& payload)
{
    for (auto const& each : exceptions)
        if (each.file == payload.file) return each.reaction;
    for (auto const& row : rows)
        if (row.kind == payload.kind && row.expect == payload.expect) return row.reaction;
    throw std::runtime_error{"no row for " + payload.file + ": " + payload.kind + ' ' + payload.expect};
}

} // namespace

Reaction reaction_to(IndexedPayload const& payload)
{
    auto reaction = listed_reaction(payload);
    // Each one asks for more than retry.max_retry_after allows, so there is no other try.
    if (payload.has_header("Retry-After")) reaction.tries = 1;
    return reaction;
}

std::vector<IndexedPayload> answers_around(IndexedPayload const& payload, std::size_t tries)
{
    for (auto const& sequence : sequences) {
        if (sequence.file != payload.file) continue;
        std::vector<IndexedPayload> answers;
        for (auto const file : sequence.files)
            if (!file.empty()) answers.push_back(indexed_payload(file));
        return answers;
    }
    bool const once = payload.expect == "skip_customer" || payload.expect == "try_other_path";
    return std::vector<IndexedPayload>(once ? 1 : tries, payload);
}

std::vector<std::string> unknown_exceptions()
{
    std::vector<std::string> unknown;
    for (auto const& sequence : sequences) unknown.emplace_back(sequence.file);
    for (auto const& exception : exceptions) unknown.emplace_back(exception.file);
    for (auto const& kind : indexed_kinds())
        for (auto const& payload : indexed_payloads(kind)) std::erase(unknown, payload.file);
    return unknown;
}

} // namespace usaged::test
