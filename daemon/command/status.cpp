#include "config/load_config.h"
#include "daemon/command/command.h"
#include "daemon/command/status_json.h"
#include "daemon/command/status_text.h"

#include <iostream>

namespace usaged {

int status(GlobalOptions const& options, bool json)
{
    auto const now = std::chrono::floor<Timestamp::duration>(std::chrono::system_clock::now());
    try {
        auto const found = read_status(load_config(options.config_file), now);
        std::cout << (json ? status_json(found) : status_text(found)) << std::flush;
        return static_cast<int>(found.level);
    } catch (Error const& error) {
        if (json)
            std::cout << unknown_status_json(error, now) << std::flush;
        else
            std::cout << "UNKNOWN - " << error.what() << std::endl;
        if (!error.remedy().empty()) std::cerr << error.remedy() << '\n';
        return static_cast<int>(HealthLevel::unknown);
    }
}

} // namespace usaged
