#include "config/load_config.h"
#include "daemon/command/command.h"

#include <iostream>

namespace usaged {

int check(GlobalOptions const& options)
{
    std::cout << to_yaml(load_config(options.config_file));
    return 0;
}

} // namespace usaged
