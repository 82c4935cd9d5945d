#include "daemon/command/failure.h"

#include "daemon/fault/error_text.h"

#include <iostream>

namespace usaged {

int report_failure(Error const& error)
{
    std::cerr << "usaged: " << error_text(error) << '\n';
    return exit_status(error.category());
}

} // namespace usaged
