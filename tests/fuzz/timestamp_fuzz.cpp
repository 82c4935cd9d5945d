#include "daemon/dataset/timestamp.h"
#include "tests/fuzz/fuzz.h"

namespace usaged::test {

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto const stored = normalize_timestamp(text_of(data, size));
    if (!stored) return 0;
    require(normalize_timestamp(*stored) == *stored, "the stored form is its own stored form");
    require(stored->size() <= 30 && stored->ends_with('Z'), "the stored form is UTC and short");
    auto const instant = parse_timestamp(*stored);
    require(instant.has_value(), "what is stored can be read");
    auto const formatted = format_timestamp(*instant);
    require(parse_timestamp(formatted) == instant, "an instant survives being written");
    require(formatted.substr(0, 19) == stored->substr(0, 19), "both forms show the same second");
    return 0;
}

} // namespace usaged::test
