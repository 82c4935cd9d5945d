#include "daemon/command/failure.h"

#include <iostream>
#include <string>

namespace usaged {

namespace {

/// What happened, with the ids that Microsoft's support asks for.
std::string describe(Error const& error)
{
    std::string text = error.what();
    if (!error.ids().request_id.empty())
        text += " (MS-RequestId " + error.ids().request_id + ", MS-CorrelationId " + error.ids().correlation_id + ")";
    return text;
}

} // namespace

int report_failure(Error const& error)
{
    std::cerr << "usaged: " << describe(error) << '\n';
    if (!error.remedy().empty()) std::cerr << error.remedy() << '\n';
    return exit_status(error.category());
}

} // namespace usaged
