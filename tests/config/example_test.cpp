#include "config/partner_center.h"
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

TEST_CASE("the placeholders of the shipped configuration are known for what they are")
{
    auto const left = placeholders_left(load(example()).partner_center);
    REQUIRE(left);
    CHECK(std::string{left->what()}.starts_with("partner_center.tenant and partner_center.client_id "));
    auto settings = load(example()).partner_center;
    settings.tenant = "contoso.nl";
    CHECK(std::string{placeholders_left(settings)->what()}.starts_with("partner_center.client_id "));
    settings.client_id = "11111111-2222-3333-4444-55555555555f";
    CHECK_FALSE(placeholders_left(settings));
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
