#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace usaged {

/// A credential in memory: wiped when it goes, moved but never copied, never printed.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_{std::move(value)} {}
    Secret(Secret const&) = delete;
    Secret& operator=(Secret const&) = delete;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    /// The credential itself. Copies of it are the caller's to wipe.
    std::string const& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

private:
    std::string value_;
};

/// Overwrites the bytes of `text` in a way that the compiler keeps, and empties it.
void wipe(std::string& text);

/// Wipes a text when it goes, however its block is left. Borrows the text, which must neither go nor move before.
class WipeAtEnd {
public:
    explicit WipeAtEnd(std::string& text) : text_{text} {}
    WipeAtEnd(WipeAtEnd const&) = delete;
    WipeAtEnd& operator=(WipeAtEnd const&) = delete;
    ~WipeAtEnd() { wipe(text_); }

private:
    std::string& text_;
};

/// Where a credential comes from: one of {file: PATH} {credential: NAME} {env: NAME} of the configuration.
struct SecretSource {
    enum class Kind { none, file, credential, env };
    Kind kind = Kind::none;
    std::string name; ///< path, name of a systemd credential, or name of an environment variable

    /// What the credential is, read while this process had the right to; else nothing. See hold().
    std::shared_ptr<Secret const> held = nullptr;

    bool configured() const { return kind != Kind::none; }
    bool operator==(SecretSource const& other) const { return kind == other.kind && name == other.name; }
};

/// How people write the source in the configuration: `{credential: client_secret}`. Never the secret.
std::string to_string(SecretSource const& source);

/// Who may be able to read a file without that being a fault.
enum class Readers { owner_and_group, anybody };

inline constexpr std::size_t largest_secret = 65536; ///< bytes

/// The whole content of a regular file of at most `largest` bytes, whose name `what` is in errors.
/// Throws Error with ErrorCategory::config if it is missing, unreadable, larger, or has more readers.
Secret read_file(std::filesystem::path const& path, std::string_view what, Readers readers,
                 std::size_t largest = largest_secret);

/// Reads the credential; one trailing line break (LF or CRLF) is not part of it. `what` names it in errors.
/// Throws Error with ErrorCategory::config if it is missing, empty, longer than 64 KiB, not in
/// $CREDENTIALS_DIRECTORY, or in a file of ours that others can read.
Secret read_secret(SecretSource const& source, std::string_view what);

/// From now on `source`, a systemd credential, is what `file` holds. Throws as read_file does, and no more than what a
/// credential may hold is read.
void hold(SecretSource& source, std::filesystem::path const& file);

} // namespace usaged
