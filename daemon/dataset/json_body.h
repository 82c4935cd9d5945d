#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What decoding needs of JSON whatever the answer is. Private to the decoders: its interface speaks simdjson.

namespace usaged {

/// Bytes of the longest text that is taken from an answer.
inline constexpr std::size_t max_text = 4096;

/// Parses bodies of answers. Keeps its buffers between bodies.
class BodyParser {
public:
    /// The root of `body`, after a byte order mark if there is one. It lives until the next call and as long as `body`.
    /// A body that has 64 bytes of spare capacity is read in place, any other one is copied.
    /// Throws Error with ErrorCategory::data for what is not acceptable JSON.
    simdjson::dom::object parse(std::string const& body);

private:
    simdjson::dom::element parse_element(std::string const& body);
    void make_room(std::size_t bytes);

    simdjson::dom::parser parser_;
};

/// One member of an object.
struct Member {
    std::string_view name;
    simdjson::dom::element value;
};

/// The member that has one of `names` (empty ones match nothing), or nothing. Throws Error with ErrorCategory::data if
/// there are two such members; `path` is that of the object.
std::optional<Member> find_member(simdjson::dom::object object, std::span<std::string_view const> names,
                                  std::string_view path = {});

/// The same for a single name.
std::optional<Member> find_member(simdjson::dom::object object, std::string_view name, std::string_view path = {});

/// A text of 1 to 4096 bytes. Throws Error with ErrorCategory::data, which names `path`, for anything else.
std::string text_at(simdjson::dom::element value, std::string_view path);

/// A text as text_at that a header of a request can hold.
std::string header_value_at(simdjson::dom::element value, std::string_view path);

/// A JSON integer from 0 upwards, or a text of its digits as sibling endpoints send it; nothing for anything else.
/// (Partner Center docs: get-subscription-analytics-grouped-by-dates-or-terms)
std::optional<std::int64_t> count_of(simdjson::dom::element value);

} // namespace usaged
