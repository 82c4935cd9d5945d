#include "daemon/auth/answer.h"

#include <chrono>

namespace usaged {

Answer answer_of(HttpResponse const& response, Timestamp now)
{
    return Answer{response.status, response.header("Retry-After").value_or(""), response.header("Date").value_or(""),
                  response.body, std::chrono::floor<std::chrono::seconds>(now)};
}

} // namespace usaged
