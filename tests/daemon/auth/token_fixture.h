#pragma once

#include "daemon/auth/token_source.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

inline constexpr Timestamp token_start{std::chrono::sys_days{std::chrono::year{2026} / 7 / 1} + std::chrono::hours{12}};

/// The answer of the token endpoint to a grant; without a refresh token if that is empty. `members` are further ones,
/// each with a comma before it.
std::string granted(std::string const& access_token, std::string const& refresh_token, int lifetime = 3600,
                    std::string const& members = {});

using Events = std::vector<std::string>;

/// A token source over a directory of its own, with a seed and a client secret unless a test says otherwise.
struct TokenFixture {
    TokenFixture();

    SecretSource secret(std::string const& name, std::string const& content) const;

    TokenSource make();

    std::string token(TokenSource& source) { return run_coroutine(source.access_token(transport, 1)); }

    /// The error that asking for a token ends with.
    Error failure(TokenSource& source);
    ErrorCategory refused(TokenSource& source) { return failure(source).category(); }

    /// The value of a field of the request of that number, from 0; empty if it has none.
    std::string sent(std::size_t number, std::string_view field) const;
    std::string redeemed(std::size_t number) const { return sent(number, "refresh_token"); }

    /// A token of this application that is stored, and came from `seed`.
    StoredToken stored(std::string const& refresh_token, std::string const& seed) const;

    /// Keeps tokens from being stored until it is removed.
    std::filesystem::path obstacle() const { return dir.path() / "refresh_token.new"; }

    TempDir dir;
    TokenFile file{dir.path() / "refresh_token"};
    ManualClock clock{token_start};
    ScriptedTransport transport;
    TokenSettings settings;
    Events events;
    std::string details;
    bool broken_observer = false;
};

} // namespace usaged::test
