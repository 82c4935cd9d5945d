#include "daemon/command/owner.h"

#include "config/load_config.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace usaged {

namespace fs = std::filesystem;

namespace {

Error storage_error(std::string const& what, std::string remedy = {})
{
    return Error{ErrorCategory::storage, what, std::move(remedy)};
}

/// Within a service, systemd has passed them. A file that is missing is for the command to complain about.
void hold_credentials(Config& config, fs::path const& directory)
{
    if (std::getenv("CREDENTIALS_DIRECTORY") != nullptr) return;
    auto& center = config.partner_center;
    std::array const sources{&center.client_secret, &center.certificate.key, &center.refresh_token,
                             &config.http.proxy.password};
    for (auto* const source : sources) {
        auto const file = directory / source->name;
        if (source->kind == SecretSource::Kind::credential && fs::exists(file)) hold(*source, file);
    }
}

/// In this order: each step takes away the right to the next.
void become(User const& user)
{
    if (::initgroups(user.name.c_str(), user.group) == 0 && ::setresgid(user.group, user.group, user.group) == 0 &&
        ::setresuid(user.id, user.id, user.id) == 0)
        return;
    throw storage_error("cannot go on as the user " + user.name + ": " + std::strerror(errno));
}

/// As systemd would make it for the service.
void make(fs::path const& directory)
{
    constexpr mode_t for_the_group_to_read = 0750;
    if (::mkdir(directory.c_str(), for_the_group_to_read) == 0 || errno == EEXIST) return;
    throw storage_error("cannot make " + directory.string() + ": " + std::strerror(errno));
}

} // namespace

User owner_of(fs::path const& directory)
{
    struct stat facts {};
    // In a directory of its own a user could plant a link, and have root write where it leads.
    if (::lstat(directory.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode) && facts.st_uid != 0)
        throw storage_error(directory.string() + " is a link that is not root's",
                            "Name the directory that it leads to.");
    auto place = directory;
    while (::stat(place.c_str(), &facts) != 0 && place.has_relative_path()) place = place.parent_path();
    auto const* const entry = ::getpwuid(facts.st_uid);
    if (entry == nullptr)
        throw storage_error(place.string() + " belongs to user " + std::to_string(facts.st_uid) +
                                ", whom this computer does not know",
                            "Give it to the user that usaged runs as: chown usaged: " + place.string());
    return {entry->pw_name, entry->pw_uid, entry->pw_gid};
}

Config load_config_as_owner(fs::path const& file)
{
    auto config = load_config(file);
    if (::geteuid() != 0) return config;
    auto const owner = owner_of(config.state_dir);
    hold_credentials(config, fs::absolute(file).parent_path());
    if (owner.id == 0) return config;
    become(owner);
    make(config.state_dir);
    return config;
}

} // namespace usaged
