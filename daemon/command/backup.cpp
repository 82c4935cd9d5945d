#include "storage/backup.h"

#include "config/load_config.h"
#include "daemon/command/command.h"
#include "daemon/command/progress_bar.h"

#include <iostream>

namespace usaged {

int backup(GlobalOptions const& options, std::filesystem::path const& file)
{
    auto const config = load_config(options.config_file);
    ProgressBar bar{"backup"};
    auto const bytes = back_up(config.storage.sqlite_path, file, bar.observer());
    bar.clear();
    std::cout << file.string() << ": " << bytes << " bytes" << std::endl;
    return 0;
}

} // namespace usaged
