#pragma once

#include "tests/simulator/exchange.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace usaged::test {

/// What becomes of the connection after an answer.
enum class Ending {
    keep_alive,   ///< ready for the next request, unless the client asked to close
    close_notify, ///< closed as TLS wants it
    close,        ///< TCP closed without TLS close_notify
    reset,        ///< TCP reset
    stall         ///< nothing more, until the client goes away or the simulator stops
};

/// What happens to one request. The default: nothing special.
struct Fault {
    std::optional<std::string> bytes = {}; ///< go over the wire instead of the regular answer
    std::optional<std::size_t> cut = {};   ///< only so many bytes of the answer are sent
    Ending ending = Ending::keep_alive;
    std::chrono::milliseconds tick{0};        ///< the answer goes byte by byte, with such a pause after each
    std::function<void(Answer&)> change = {}; ///< made to the regular answer, which is then not compressed
};

/// The regular answer: lets one request pass before the faults scripted after it.
Fault regular();
/// Another complete answer; Content-Length is added. The request has no effect, as with `raw` and `no_answer`.
Fault answer(int status, std::vector<Header> headers = {}, std::string body = {});
Fault redirect(std::string const& location, int status = 302);
/// These bytes for an answer, whether HTTP or not.
Fault raw(std::string bytes, Ending ending = Ending::close_notify);
/// Not one byte.
Fault no_answer(Ending ending);
/// The first `size` bytes of the regular answer, head included. The request has its effect: tokens rotate.
Fault cut_after(std::size_t size, Ending ending);
/// The regular answer, a byte a tick.
Fault trickle(std::chrono::milliseconds tick);

/// What happens to one TCP connection before TLS.
enum class ConnectionFault {
    none,      ///< lets one connection pass
    close,     ///< closed at once
    reset,     ///< reset at once
    stall,     ///< accepted and left without an answer
    plain_text ///< answered in HTTP without TLS
};

} // namespace usaged::test
