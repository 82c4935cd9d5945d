#include "config/load_config.h"
#include "config/partner_center.h"
#include "daemon/command/command.h"
#include "daemon/fault/error_text.h"

#include <iostream>

namespace usaged {

int check(GlobalOptions const& options)
{
    auto const config = load_config(options.config_file);
    if (auto const warning = placeholders_left(config.partner_center))
        std::cerr << "usaged: " << options.config_file.string() << ": " << error_text(*warning) << '\n';
    std::cout << to_yaml(config);
    return 0;
}

} // namespace usaged
