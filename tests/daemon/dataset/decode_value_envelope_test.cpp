#include "tests/daemon/dataset/page_text.h"

#include <doctest/doctest.h>

namespace usaged::test {

TEST_CASE("a commercial page may leave out its count, which is only reported")
{
    struct Case {
        std::string_view members;
        std::optional<std::int64_t> count;
    };
    static constexpr Case cases[] = {
        {"", std::nullopt},
        {R"(,"TotalCount":null)", std::nullopt},
        {R"(,"TotalCount":1)", 1},
        {R"(,"TotalCount":250000)", 250000},
        {R"(,"TotalCount":0)", 0},
        {R"(,"TotalCount":"17")", 17},
        {R"(,"totalCount":9223372036854775807)", 9223372036854775807},
    };
    for (bool const tolerate : {false, true}) {
        for (auto const& each : cases) {
            CAPTURE(each.members);
            auto const decoded = decode(value_page({commercial_row()}, each.members),
                                        of("licenses_usage", {}, DecodeRules{false, tolerate}));
            CHECK(decoded.summary.count == each.count);
            CHECK(decoded.rows.size() == 1);
        }
    }
}

TEST_CASE("the next page of a commercial one is under any of the names of its link")
{
    struct Case {
        std::string_view members;
        std::string_view uri; ///< empty: there is no next page
    };
    static constexpr Case cases[] = {
        {"", ""},
        {R"(,"@nextLink":null)", ""},
        {R"(,"@nextLink":"")", ""},
        {R"(,"@odata.nextLink":null)", ""},
        {R"(,"@nextLink":"/a?skip=1")", "/a?skip=1"},
        {R"(,"@odata.nextLink":"https://x.example/b")", "https://x.example/b"},
        {R"(,"nextLink":"c")", "c"},
        {R"(,"links":{"next":{"uri":"/ignored"}})", ""},
    };
    for (auto const& each : cases) {
        CAPTURE(each.members);
        auto const next = decode(value_page({commercial_row()}, each.members), of("licenses_usage")).summary.next;
        CHECK(next.has_value() == !each.uri.empty());
        CHECK((next ? next->uri : "") == each.uri);
    }
}

TEST_CASE("a commercial envelope that is not the documented one is refused with the place")
{
    struct Case {
        std::string_view body;
        std::string_view refusal;
    };
    static constexpr Case cases[] = {
        {"[]", "the document is not an object"},
        {R"({"TotalCount":0})", "Value is missing"},
        {R"({"VALUE":[]})", "Value is missing"},
        {R"({"items":[],"totalCount":0})", "Value is missing"},
        {R"({"Value":null})", "Value is not an array"},
        {R"({"value":{}})", "value is not an array"},
        {R"({"Value":[],"value":[]})", "value is repeated"},
        {R"({"value":[],"Value":[]})", "Value is repeated"},
        {R"({"Value":[],"Value":[]})", "Value is repeated"},
        {R"({"Value":[],"TotalCount":0,"totalCount":0})", "totalCount is repeated"},
        {R"({"Value":[],"TotalCount":-1})", "TotalCount is not a number of rows"},
        {R"({"Value":[],"TotalCount":0.0})", "TotalCount is not a number of rows"},
        {R"({"Value":[],"TotalCount":"many"})", "TotalCount is not a number of rows"},
        {R"({"Value":[],"totalCount":[0]})", "totalCount is not a number of rows"},
        {R"({"Value":[],"@nextLink":7})", "@nextLink is not a text of 1 to 4096 bytes"},
        {R"({"Value":[],"@nextLink":{}})", "@nextLink is not a text of 1 to 4096 bytes"},
        {R"({"Value":[],"nextLink":false})", "nextLink is not a text of 1 to 4096 bytes"},
        {R"({"Value":[],"@nextLink":"/a","nextLink":"/a"})", "nextLink is repeated"},
        {R"({"Value":[],"@nextLink":null,"@nextLink":"/a"})", "@nextLink is repeated"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.body);
        CHECK(refusal(std::string{each.body}, of("licenses_usage")) == each.refusal);
    }
    CHECK(refusal(R"({"Value":[],"@nextLink":")" + std::string(4097, 'a') + "\"}", of("licenses_usage")) ==
          "@nextLink is not a text of 1 to 4096 bytes");
}

TEST_CASE("the path of a bad row begins with the name that the page has for its rows")
{
    auto const bad = commercial_row("channel", "null");
    CHECK(refusal(R"({"Value":[)" + bad + "]}", of("licenses_usage")) == "Value[0].channel is null");
    CHECK(refusal(R"({"value":[)" + commercial_row() + "," + bad + "]}", of("licenses_usage")) ==
          "value[1].channel is null");
}

} // namespace usaged::test
