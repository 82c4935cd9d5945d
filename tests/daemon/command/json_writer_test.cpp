#include "daemon/command/json_writer.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <sstream>

namespace usaged::test {

TEST_CASE("members and elements are separated at every depth")
{
    std::ostringstream out;
    JsonWriter json{out};
    json.begin_object();
    json.text("a", "x\"");
    json.begin_array("b");
    json.begin_object();
    json.end_object();
    json.begin_object();
    json.number("n", -1);
    json.null("z");
    json.end_object();
    json.text({}, "e");
    json.end_array();
    json.begin_object("c");
    json.end_object();
    json.number("d", 0);
    json.end_object();
    CHECK(out.str() == R"({"a":"x\"","b":[{},{"n":-1,"z":null},"e"],"c":{},"d":0})");
}

TEST_CASE("numbers of 64 bits are written whole")
{
    std::ostringstream out;
    JsonWriter json{out};
    json.begin_array();
    json.number({}, std::numeric_limits<std::int64_t>::min());
    json.number({}, std::numeric_limits<std::int64_t>::max());
    json.end_array();
    CHECK(out.str() == "[-9223372036854775808,9223372036854775807]");
}

TEST_CASE("an empty text may stand for null")
{
    std::ostringstream out;
    JsonWriter json{out};
    json.begin_object();
    json.text_or_null("a", "");
    json.text_or_null("b", "x");
    json.text("c", "");
    json.end_object();
    CHECK(out.str() == R"({"a":null,"b":"x","c":""})");
}

TEST_CASE("names are escaped like texts")
{
    std::ostringstream out;
    JsonWriter json{out};
    json.begin_object();
    json.number("a\"b", 1);
    json.end_object();
    CHECK(out.str() == R"({"a\"b":1})");
}

} // namespace usaged::test
