#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

struct Header {
    std::string name;
    std::string value;
};

/// A request as it arrived.
struct Request {
    std::string method;
    std::string target; ///< path and query
    std::vector<Header> headers;
    std::string body;
    std::size_t connection = 0; ///< the number of the connection that it came over, the first is 1
    bool keep_alive = true;     ///< the client did not ask to close

    std::string_view path() const;
    std::string_view query() const; ///< without the question mark
    /// All values of that name, in any case of letters, in order.
    std::vector<std::string> values(std::string_view name) const;
    /// The first value of that name, empty if there is none.
    std::string value(std::string_view name) const;
};

struct Answer {
    int status = 200;
    std::vector<Header> headers = {}; ///< to_bytes adds Content-Length, and Connection where it has to
    std::string body = {};
};

/// Head and body as they go over the wire.
std::string to_bytes(Answer const& answer, bool keep_alive);

/// `Wed, 15 Mar 2017 10:00:00 GMT`
std::string http_date(std::chrono::system_clock::time_point time);

/// Eight, four, four, four and twelve lower-case hexadecimal digits with hyphens between.
bool is_guid(std::string_view text);
std::string random_guid();

/// `prefix` and 128 random bits as text that has to be percent-encoded in a form.
std::string random_token(std::string_view prefix);

bool equal_ignoring_case(std::string_view a, std::string_view b);

} // namespace usaged::test
