#include "daemon/auth/token_file.h"

#include "daemon/fault/error.h"

#include <openssl/sha.h>
#include <simdjson.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace usaged {

namespace {

constexpr std::size_t largest_file = 1 << 20;

Error unreadable(std::filesystem::path const& path, std::string const& reason)
{
    return Error{ErrorCategory::config, "the stored refresh token " + path.string() + " is not usable: " + reason,
                 "usaged goes on with the configured refresh token, if there is one, and replaces the file by a token "
                 "that works."};
}

Error not_stored(std::filesystem::path const& path, std::string const& step)
{
    return Error{ErrorCategory::storage,
                 "the new refresh token cannot be stored: " + step + " " + path.string() + ": " + std::strerror(errno),
                 "Make room or mend the rights of " + path.parent_path().string() +
                     ". Until then the new token is in memory only, and the old one in the file still works."};
}

std::string text_field(simdjson::dom::object object, std::string_view name, std::filesystem::path const& path)
{
    std::string_view text;
    if (object.at_key(name).get(text) != simdjson::SUCCESS) throw unreadable(path, std::string{name} + " is missing");
    return std::string{text};
}

/// Tokens are visible ASCII, the other fields come out of the configuration: only these two characters need care.
void append_field(std::string& out, std::string_view name, std::string_view value)
{
    out.append(out.empty() ? "{" : ",").append("\n  \"").append(name).append("\": \"");
    for (char const c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
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
    return StoredToken{
        Secret{refresh_token.reveal()}, authority, tenant, client_id, obtained_at, redeemed_at, seed_fingerprint};
}

TokenFile::TokenFile(std::filesystem::path path) : path_{std::move(path)} {}

std::optional<StoredToken> TokenFile::load() const
{
    struct stat facts {};
    if (::stat(path_.c_str(), &facts) != 0) {
        if (errno == ENOENT) return std::nullopt;
        throw unreadable(path_, std::strerror(errno));
    }
    if (static_cast<std::size_t>(facts.st_size) > largest_file) throw unreadable(path_, "it is larger than 1 MiB");
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (auto const error = parser.load(path_.string()).get(object))
        throw unreadable(path_, simdjson::error_message(error));
    StoredToken token;
    token.refresh_token = Secret{text_field(object, "refresh_token", path_)};
    if (token.refresh_token.empty()) throw unreadable(path_, "refresh_token is empty");
    token.authority = text_field(object, "authority", path_);
    token.tenant = text_field(object, "tenant", path_);
    token.client_id = text_field(object, "client_id", path_);
    token.obtained_at = text_field(object, "obtained_at", path_);
    token.redeemed_at = text_field(object, "redeemed_at", path_);
    token.seed_fingerprint = text_field(object, "seed_fingerprint", path_);
    return token;
}

void TokenFile::store(StoredToken const& token) const
{
    std::string text;
    append_field(text, "authority", token.authority);
    append_field(text, "tenant", token.tenant);
    append_field(text, "client_id", token.client_id);
    append_field(text, "obtained_at", token.obtained_at);
    append_field(text, "redeemed_at", token.redeemed_at);
    append_field(text, "seed_fingerprint", token.seed_fingerprint);
    text.reserve(text.size() + token.refresh_token.reveal().size() + 64); // no copy of the token is left by growing
    append_field(text, "refresh_token", token.refresh_token.reveal());
    text += "\n}\n";
    Secret const content{std::move(text)};

    TemporaryFile file{path_};
    file.write(content.reveal(), path_);
    file.rename_to(path_);
    sync_directory(path_);
}

std::string fingerprint(Secret const& secret)
{
    static constexpr std::string_view hex_digits = "0123456789abcdef";
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
