#pragma once

#include "daemon/auth/token_settings.h"
#include "daemon/fault/error.h"
#include "daemon/secret/secret.h"

#include <filesystem>
#include <optional>
#include <string>

namespace usaged {

/// A refresh token and what must be known to use it. It is bound to the application and the cloud that it was made for.
/// (Microsoft Entra docs: refresh-tokens)
struct StoredToken {
    Secret refresh_token;
    std::string authority;
    std::string tenant;
    std::string client_id;
    std::string obtained_at;      ///< when a person last signed in or gave a seed, as far as usaged knows; UTC text
    std::string redeemed_at;      ///< when this token was issued or last used; UTC text
    std::string seed_fingerprint; ///< of the configured seed that was in force; empty if there was none
    std::string obtained_by;      ///< `seed` or `login`; empty in files of older versions
    std::string claims;           ///< of the last refusal (see Error::claims); empty if there are none

    StoredToken clone() const;
};

/// The file with the rotated refresh token. A reader finds the old token or the new one, whole, whatever happens.
class TokenFile {
public:
    explicit TokenFile(std::filesystem::path path);

    /// The stored token; nothing if there is no file.
    /// Throws Error with ErrorCategory::config if the file is empty, damaged or unreadable.
    std::optional<StoredToken> load() const;

    /// Writes to a temporary file (mode 0600) in the same directory, fsyncs, renames and fsyncs the directory.
    /// Throws Error with ErrorCategory::storage; the old file is then as it was.
    void store(StoredToken const& token) const;

    std::filesystem::path const& path() const { return path_; }

private:
    Secret read() const;

    std::filesystem::path path_;
};

/// Whether the token is one of the application, tenant and cloud of `settings`.
bool belongs_to(StoredToken const& token, TokenSettings const& settings);

/// What it means that the stored token does not: category config.
Error foreign_token(std::filesystem::path const& file);

/// SHA-256 in hexadecimal, by which a newer seed is told from the one that a stored token came from.
std::string fingerprint(Secret const& secret);

} // namespace usaged
