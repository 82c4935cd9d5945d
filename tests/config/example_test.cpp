#include "tests/config/configuration.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <regex>

namespace usaged::test {
namespace {

std::string example()
{
    return read_file(USAGED_CONFIG_DIR "/usaged.yaml");
}

/// The example with every setting that is commented out (a # without a space) in force.
std::string uncommented()
{
    static std::regex const commented{"(^|\n)( *)#(?=[^ \n#])"};
    return std::regex_replace(example(), commented, "$1$2");
}

TEST_CASE("the shipped configuration loads")
{
    CHECK(complaints_about(example()) == "");
}

TEST_CASE("the settings that the shipped configuration has commented out are the defaults")
{
    EnvironmentVariable const unset{"STATE_DIRECTORY", std::nullopt};
    REQUIRE(uncommented().find("\nretry:\n") != std::string::npos);
    CHECK(complaints_about(uncommented()) == "");
    CHECK(to_yaml(load(uncommented())) == to_yaml(load(example())));
}

} // namespace
} // namespace usaged::test
