#include "daemon/secret/secret.h"

#include "daemon/fault/error.h"

#include <openssl/crypto.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace usaged {

namespace {

/// Closes a descriptor when it goes.
class FileDescriptor {
public:
    explicit FileDescriptor(int fd) : fd_{fd} {}
    FileDescriptor(FileDescriptor const&) = delete;
    FileDescriptor& operator=(FileDescriptor const&) = delete;
    ~FileDescriptor()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

private:
    int fd_;
};

Error unusable(std::string_view what, std::string const& reason, std::string remedy)
{
    return Error{ErrorCategory::config, std::string{what} + ": " + reason, std::move(remedy)};
}

/// `size`: what the file had when it was opened.
std::string read_whole(int fd, std::size_t size, std::filesystem::path const& path, std::string_view what)
{
    std::string text(size + 1, '\0'); // growing would leave copies of the secret behind
    std::size_t count = 0;
    auto const refusal = [&](std::string const& reason) {
        wipe(text);
        return unusable(what, reason, {});
    };
    for (;;) {
        auto const got = ::read(fd, text.data() + count, text.size() - count);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw refusal("cannot read " + path.string() + ": " + std::strerror(errno));
        if (got == 0) break;
        count += static_cast<std::size_t>(got);
        if (count > size) throw refusal(path.string() + " grew while it was read");
    }
    text.resize(count);
    return text;
}

std::string read_text(std::filesystem::path const& path, std::string_view what, Readers readers, std::size_t largest)
{
    FileDescriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)}; // a FIFO must not block
    if (file.get() < 0)
        throw unusable(what, "cannot open " + path.string() + ": " + std::strerror(errno),
                       "The file has to be there, readable by the user that usaged runs as.");
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
        throw unusable(what, path.string() + " is not a regular file", {});
    if (readers == Readers::owner_and_group && (facts.st_mode & (S_IROTH | S_IWOTH)) != 0)
        throw unusable(what, path.string() + " can be read by every user of this machine",
                       "Take that right away: chmod o= " + path.string());
    auto const size = static_cast<std::size_t>(facts.st_size);
    if (size > largest)
        throw unusable(what, path.string() + " is larger than " + std::to_string(largest / 1024) + " KiB", {});
    return read_whole(file.get(), size, path, what);
}

std::string read_credential(std::string const& name, std::string_view what)
{
    char const* const directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr)
        throw unusable(what, "there are no systemd credentials here ($CREDENTIALS_DIRECTORY is not set)",
                       "Put the credential into the file " + name +
                           " beside the configuration, as in sudo install "
                           "-m 0600 /dev/stdin /etc/usaged/" +
                           name +
                           ", and run the command as root (sudo usaged …): it "
                           "goes on as the user of the service. Or use {file: PATH}.");
    auto const path = std::filesystem::path{directory} / name;
    if (::access(path.c_str(), F_OK) != 0)
        throw unusable(what, "systemd passed no credential named " + name,
                       "Add LoadCredential=" + name + ":PATH to the unit.");
    return read_text(path, what, Readers::anybody, largest_secret); // systemd protects it
}

std::string read_environment(std::string const& name, std::string_view what)
{
    char const* const value = std::getenv(name.c_str());
    if (value == nullptr)
        throw unusable(what, "the environment variable " + name + " is not set",
                       "Set it where usaged is started, or use {file: PATH} or {credential: NAME}.");
    return value;
}

std::string read_source(SecretSource const& source, std::string_view what)
{
    if (source.held) return source.held->reveal();
    switch (source.kind) {
    case SecretSource::Kind::file:
        return read_text(source.name, what, Readers::owner_and_group, largest_secret);
    case SecretSource::Kind::credential:
        return read_credential(source.name, what);
    case SecretSource::Kind::env:
        return read_environment(source.name, what);
    case SecretSource::Kind::none:
        break;
    }
    throw unusable(what, "is not configured", {});
}

/// The unit hands over an empty line where the file of a credential is missing.
std::string remedy_for_nothing(SecretSource const& source)
{
    if (source.kind != SecretSource::Kind::credential) return "Put the credential there.";
    return "Put it into the file that LoadCredential= of the unit names, which only root has to be able to read, and "
           "start the service again. For usaged.service: sudo install -m 0600 /dev/stdin /etc/usaged/" +
           source.name;
}

} // namespace

// Copied and wiped: moving a short string would leave the secret in the other's buffer.
Secret::Secret(Secret&& other) noexcept : value_{other.value_} // NOLINT(performance-move-constructor-init)
{
    wipe(other.value_);
}

Secret& Secret::operator=(Secret&& other) noexcept
{
    if (this != &other) {
        wipe(value_);
        value_ = other.value_;
        wipe(other.value_);
    }
    return *this;
}

Secret::~Secret()
{
    wipe(value_);
}

void wipe(std::string& text)
{
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

std::string to_string(SecretSource const& source)
{
    switch (source.kind) {
    case SecretSource::Kind::file:
        return "{file: " + source.name + "}";
    case SecretSource::Kind::credential:
        return "{credential: " + source.name + "}";
    case SecretSource::Kind::env:
        return "{env: " + source.name + "}";
    case SecretSource::Kind::none:
        break;
    }
    return "not set";
}

Secret read_file(std::filesystem::path const& path, std::string_view what, Readers readers, std::size_t largest)
{
    auto text = read_text(path, what, readers, largest);
    Secret secret{text}; // copied, then wiped: see Secret(Secret&&)
    wipe(text);
    return secret;
}

Secret read_secret(SecretSource const& source, std::string_view what)
{
    auto text = read_source(source, what);
    if (text.ends_with('\n')) {
        text.pop_back();
        if (text.ends_with('\r')) text.pop_back();
    }
    if (text.empty()) throw unusable(what, to_string(source) + " is empty", remedy_for_nothing(source));
    Secret secret{text};
    wipe(text);
    return secret;
}

void hold(SecretSource& source, std::filesystem::path const& file)
{
    source.held = std::make_shared<Secret const>(read_file(file, to_string(source), Readers::owner_and_group));
}

} // namespace usaged
