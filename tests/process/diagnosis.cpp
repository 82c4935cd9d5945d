#include "tests/process/diagnosis.h"

#include <doctest/doctest.h>

namespace usaged::test {

Diagnosis diagnose(Installation const& site)
{
    auto const ended = site.usaged({"check", "--online"});
    auto const configuration_end = ended.output.find("\n\n");
    CHECK(ended.output.starts_with("partner_center:\n"));
    CHECK(ended.log == "");
    return {ended.status, ended.output.substr(configuration_end + 2)};
}

void check_failure(Diagnosis const& diagnosis, int status, std::string_view beginning, std::string_view remedy)
{
    CAPTURE(diagnosis.text);
    CHECK(diagnosis.status == status);
    CHECK(diagnosis.says(beginning));
    CHECK(lines_with(diagnosis.text, "FAIL  ").size() == 1);
    auto const failure = diagnosis.text.find("FAIL  ");
    auto const arrow = diagnosis.text.find("\n      → ", failure);
    REQUIRE(arrow != Diagnosis::npos);
    CHECK(diagnosis.text.substr(arrow).find(remedy) != Diagnosis::npos);
}

} // namespace usaged::test
