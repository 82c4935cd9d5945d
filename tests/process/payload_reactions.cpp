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
    Exception{"error-400-2000-end-of-customers.json", http, "the end of another list; here a plain 400"},
    Exception{"error-403-20002-no-relationship.json", auth, "there is no customer to leave out"},
    Exception{"error-404-60003-tenant.json", http, "there is no customer to leave out"},
    Exception{"error-404-gateway.json", http, "the dataset has one path"},
    Exception{"token-error-50196-loop.json", throttled_at_once, "asking again soon would prolong the block"},
    Exception{"token-error-200-no-token.json", protocol, "a 200 without a token is no answer of a token endpoint"},
};

/// Rows of a dataset that this version does not fetch, served where another one is expected.
bool is_of_another_dataset(IndexedPayload const& payload)
{
    return payload.kind == "api" && payload.status == 200 && payload.endpoint != "GET /v1/analytics/licenses/usage" &&
           payload.endpoint != "any";
}

Reaction listed_reaction(IndexedPayload const& payload)
{
    for (auto const& each : exceptions)
        if (each.file == payload.file) return each.reaction;
    if (is_of_another_dataset(payload)) return data;
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

std::vector<std::string> unknown_exceptions()
{
    std::vector<std::string> unknown;
    for (auto const& exception : exceptions) unknown.emplace_back(exception.file);
    for (auto const& kind : indexed_kinds())
        for (auto const& payload : indexed_payloads(kind)) std::erase(unknown, payload.file);
    return unknown;
}

} // namespace usaged::test
