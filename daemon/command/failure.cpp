#include "daemon/command/failure.h"

#include <iostream>

namespace usaged {

std::string describe(Error const& error)
{
    std::string text = error.what();
    if (!error.ids().request_id.empty())
        text += " (MS-RequestId " + error.ids().request_id + ", MS-CorrelationId " + error.ids().correlation_id + ")";
    return text;
}

int report_failure(Error const& error)
{
    std::cerr << "usaged: " << describe(error) << '\n';
    if (!error.remedy().empty()) std::cerr << error.remedy() << '\n';
    return exit_status(error.category());
}

} // namespace usaged
