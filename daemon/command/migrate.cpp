#include "config/load_config.h"
#include "daemon/command/command.h"
#include "daemon/command/owner.h"
#include "storage/database_check.h"
#include "storage/instance_lock.h"
#include "storage/reports.h"
#include "storage/sqlite_store.h"

#include <filesystem>
#include <iostream>

namespace usaged {

namespace {

void print(Migration const& migration, bool applied)
{
    std::cout << migration.name << ": " << (applied ? "applied" : "pending") << '\n';
}

/// A database that is not there yet has all its migrations before it.
int applied_version(std::filesystem::path const& database)
{
    auto const state = check_database(database, sqlite_migrations(), CheckDepth::identity);
    return state == DatabaseState::missing ? 0 : Reports{database}.schema_version();
}

} // namespace

int migrate(GlobalOptions const& options, bool list_only)
{
    auto const config = list_only ? load_config(options.config_file) : load_config_as_owner(options.config_file);
    auto const& database = config.storage.sqlite_path;
    if (list_only) {
        auto const version = applied_version(database);
        for (auto const& migration : sqlite_migrations()) print(migration, migration.number <= version);
        return 0;
    }
    InstanceLock const lock{config.state_dir, database};
    auto const before = applied_version(database);
    SqliteStore const store{database};
    for (auto const& migration : sqlite_migrations())
        if (migration.number > before) print(migration, true);
    std::cout << database.string() << " is at version " << Reports{database}.schema_version() << std::endl;
    return 0;
}

} // namespace usaged
