#include "tests/simulator/fault.h"

namespace usaged::test {

Fault regular()
{
    return {};
}

Fault answer(int status, std::vector<Header> headers, std::string body)
{
    Fault fault;
    fault.bytes = to_bytes({status, std::move(headers), std::move(body)}, true);
    return fault;
}

Fault redirect(std::string const& location, int status)
{
    return answer(status, {{"Location", location}});
}

Fault raw(std::string bytes, Ending ending)
{
    Fault fault;
    fault.bytes = std::move(bytes);
    fault.ending = ending;
    return fault;
}

Fault no_answer(Ending ending)
{
    return raw({}, ending);
}

Fault cut_after(std::size_t size, Ending ending)
{
    Fault fault;
    fault.cut = size;
    fault.ending = ending;
    return fault;
}

Fault trickle(std::chrono::milliseconds tick)
{
    Fault fault;
    fault.tick = tick;
    return fault;
}

} // namespace usaged::test
