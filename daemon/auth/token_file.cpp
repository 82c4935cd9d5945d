#include "daemon/auth/token_file.h"

#include "daemon/auth/secret_json.h"
#include "daemon/fault/error.h"

#include <openssl/sha.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace usaged {

namespace {

constexpr std::size_t largest_file = 1 << 20;

Error unreadable(std::string const& what)
{
    return Error{ErrorCategory::config, what,
                 "usaged goes on with the configured refresh token, if there is one, and replaces the file by a token "
                 "that works. If there is none, sign in: usaged login."};
}

Error not_stored(std::filesystem::path const& path, std::string const& step)
{
    return Error{ErrorCategory::storage,
                 "the refresh token cannot be stored: " + step + " " + path.string() + ": " + std::strerror(errno),
                 "Make room or mend the rights of " + path.parent_path().string() +
                     ". Until then the new token is in memory only, and the old one in the file still works."};
}

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_escaped(std::string& out, std::string_view text)
{
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            out.append("\\u00").append({hex_digits[byte >> 4U], hex_digits[byte & 0xFU]});
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
    }
}

void append_field(std::string& out, std::string_view name, std::string_view value)
{
    out.append(out.empty() ? "{" : ",").append("\n  \"").append(name).append("\": \"");
    append_escaped(out, value);
    out += '"';
}

/// Removes the temporary file unless it was renamed.
class TemporaryFile {
public:
    explicit TemporaryFile(std::filesystem::path const& target) : path_{target.string() + ".new"}
    {
        ::unlink(path_.c_str()); // left by a process that was killed
        fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
        if (fd_ < 0) throw not_stored(target, "cannot create a file beside");
    }
    TemporaryFile(TemporaryFile const&) = delete;
    TemporaryFile& operator=(TemporaryFile const&) = delete;
    ~TemporaryFile()
    {
        ::close(fd_);
        if (!renamed_) ::unlink(path_.c_str());
    }

    void write(std::string_view text, std::filesystem::path const& target)
    {
        while (!text.empty()) {
            auto const count = ::write(fd_, text.data(), text.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw not_stored(target, "cannot write");
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        if (::fsync(fd_) != 0) throw not_stored(target, "cannot sync");
    }

    void rename_to(std::filesystem::path const& target)
    {
        if (::rename(path_.c_str(), target.c_str()) != 0) throw not_stored(target, "cannot replace");
        renamed_ = true;
    }

private:
    std::string path_;
    int fd_ = -1;
    bool renamed_ = false;
};

void sync_directory(std::filesystem::path const& target)
{
    auto const directory = target.parent_path();
    int const fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) throw not_stored(target, "cannot open the directory of");
    int const result = ::fsync(fd);
    ::close(fd);
    if (result != 0) throw not_stored(target, "cannot sync the directory of");
}

} // namespace

StoredToken StoredToken::clone() const
{
    return StoredToken{Secret{refresh_token.reveal()},
                       authority,
                       tenant,
                       client_id,
                       obtained_at,
                       redeemed_at,
                       seed_fingerprint,
                       obtained_by,
                       claims};
}

TokenFile::TokenFile(std::filesystem::path path) : path_{std::move(path)} {}

std::optional<StoredToken> TokenFile::load() const
{
    struct stat facts {};
    if (::stat(path_.c_str(), &facts) != 0 && errno == ENOENT) return std::nullopt;
    SecretJson const json{read().reveal()};
    auto const refuse = [this](std::string const& reason) {
        return unreadable("the stored refresh token " + path_.string() + " is not usable: " + reason);
    };
    if (!json.valid()) throw refuse("it is not one whole JSON object");
    auto const text = [&](std::string_view name) {
        auto const value = json.text(name);
        if (!value) throw refuse(std::string{name} + " is missing");
        return std::string{*value};
    };
    StoredToken token;
    token.refresh_token = Secret{text("refresh_token")};
    if (token.refresh_token.empty()) throw refuse("refresh_token is empty");
    token.authority = text("authority");
    token.tenant = text("tenant");
    token.client_id = text("client_id");
    token.obtained_at = text("obtained_at");
    token.redeemed_at = text("redeemed_at");
    token.seed_fingerprint = text("seed_fingerprint");
    token.obtained_by = json.text("obtained_by").value_or("");
    token.claims = json.text("claims").value_or("");
    return token;
}

Secret TokenFile::read() const
{
    try {
        // It was made for the owner alone; whoever has changed that must not keep usaged from its token.
        return read_file(path_, "the stored refresh token", Readers::anybody, largest_file);
    } catch (Error const& error) {
        throw unreadable(error.what());
    }
}

void TokenFile::store(StoredToken const& token) const
{
    std::string text;
    append_field(text, "authority", token.authority);
    append_field(text, "tenant", token.tenant);
    append_field(text, "client_id", token.client_id);
    append_field(text, "obtained_at", token.obtained_at);
    append_field(text, "obtained_by", token.obtained_by);
    append_field(text, "redeemed_at", token.redeemed_at);
    append_field(text, "seed_fingerprint", token.seed_fingerprint);
    append_field(text, "claims", token.claims);
    text.reserve(text.size() + 2 * token.refresh_token.reveal().size() + 64); // no copy is left by growing
    append_field(text, "refresh_token", token.refresh_token.reveal());
    text += "\n}\n";
    Secret const content{std::move(text)};

    TemporaryFile file{path_};
    file.write(content.reveal(), path_);
    file.rename_to(path_);
    sync_directory(path_);
}

bool belongs_to(StoredToken const& token, TokenSettings const& settings)
{
    return token.authority == settings.authority && token.tenant == settings.tenant &&
           token.client_id == settings.client_id;
}

Error foreign_token(std::filesystem::path const& file)
{
    return Error{ErrorCategory::config,
                 "the stored refresh token, " + file.string() + ", belongs to another application, tenant or cloud",
                 "Sign in for this one: usaged login. Or put back partner_center.client_id, tenant and authority."};
}

std::string fingerprint(Secret const& secret)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    auto const* const text = reinterpret_cast<unsigned char const*>(secret.reveal().data());
    SHA256(text, secret.reveal().size(), digest.data());
    std::string out;
    for (auto const byte : digest) {
        out += hex_digits[byte >> 4U];
        out += hex_digits[byte & 0xFU];
    }
    return out;
}

} // namespace usaged
