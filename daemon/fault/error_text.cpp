#include "daemon/fault/error_text.h"

#include <initializer_list>
#include <string_view>

namespace usaged {

namespace {

struct Id {
    std::string_view name;
    std::string_view value;
};

/// A line of the ids that are known, nothing if none is.
std::string id_line(std::initializer_list<Id> ids)
{
    std::string line;
    for (auto const& [name, value] : ids) {
        if (value.empty()) continue;
        line.append(line.empty() ? "\n  " : ", ").append(name).append(" ").append(value);
    }
    return line;
}

} // namespace

std::string what_happened(Error const& error)
{
    auto const& ids = error.ids();
    std::string text = error.what();
    if (error.attempt() && *error.attempt() > 1) text += "\n  after " + std::to_string(*error.attempt()) + " tries";
    bool const entra = error.endpoint() == "token" || !ids.trace_id.empty();
    if (entra)
        text += id_line({{"Entra trace id", ids.trace_id},
                         {"correlation id", ids.correlation_id},
                         {"timestamp", ids.timestamp},
                         {"request id", ids.request_id}});
    else
        text += id_line({{"MS-RequestId", ids.request_id}, {"MS-CorrelationId", ids.correlation_id}});
    return text;
}

std::string error_text(Error const& error)
{
    auto text = what_happened(error);
    if (!error.remedy().empty()) text += "\nWhat to do: " + error.remedy();
    return text;
}

} // namespace usaged
