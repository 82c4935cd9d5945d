#include "daemon/fault/error.h"
#include "tests/daemon/dataset/page_text.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

std::string sample(std::string_view file)
{
    return read_file(std::string{USAGED_TEST_DATA} + "/" + std::string{file});
}

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

TEST_CASE("the documented sample decodes to its five rows, with a byte order mark and without")
{
    for (auto const* const file : {"partner-usage.json", "partner-usage.wire.bin"}) {
        CAPTURE(file);
        auto const decoded = decode(sample(file));
        CHECK(decoded.rows == Rows{"2017-03-10T00:00:00Z|crm|Microsoft Dynamics CRM|reseller|0|",
                                   "2017-03-10T00:00:00Z|crm|SharePoint|reseller|0|",
                                   "2017-03-09T00:00:00Z|o365|Exchange|reseller|0|",
                                   "2017-03-09T00:00:00Z|o365|SharePoint|reseller|0|",
                                   "2017-03-09T00:00:00Z|o365|Skype For Business|reseller|0|"});
        CHECK(decoded.summary.items == 5);
        CHECK(decoded.summary.data_from == "2017-03-09T00:00:00Z");
        CHECK(decoded.summary.data_to == "2017-03-10T00:00:00Z");
        CHECK(decoded.summary.unknown_fields.empty());
        CHECK(decoded.summary.count == 5);
        CHECK_FALSE(decoded.summary.next);
    }
}

TEST_CASE("a page without rows is a page")
{
    auto const decoded = decode(sample("partner-usage-empty.json"));
    CHECK(decoded.rows.empty());
    CHECK(decoded.summary.items == 0);
    CHECK(decoded.summary.data_from.empty());
    CHECK(decoded.summary.data_to.empty());
}

TEST_CASE("a body that is not acceptable JSON is refused")
{
    auto const good = page({good_row()});
    std::string const cases[] = {
        "",
        " ",
        "\xEF\xBB\xBF",
        "\xEF\xBB\xBF\xEF\xBB\xBF" + good,
        "not json",
        good.substr(0, good.size() - 1),
        good + "x",
        good + good,
        good + "\n{}",
        std::string{"\0", 1} + good,
        good + std::string{"\0", 1},
        "{'totalCount':0,'items':[]}",
        R"({"totalCount":0,"items":[],})",
        R"({"totalCount":0 "items":[]})",
        R"({"totalCount":0,"items":[]} // comment)",
        std::string{"\xFF\xFE{\0}\0", 6},
    };
    for (auto const& body : cases) {
        CAPTURE(body);
        CHECK(refusal(body).starts_with("the body is "));
    }
    CHECK(refusal(sample("error-200-html.txt")).find("it looks like HTML") != std::string::npos);
}

TEST_CASE("invalid JSON is refused in fields that nobody reads, too")
{
    static constexpr std::string_view values[] = {
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "True",
        "+1",
        "01",
        ".5",
        "1.",
        "1e",
        "0x10",
        "- 1",
        "1e400",
        "-1e400",
        "1e999999999",
        "'text'",
        "\"tab\there\"",
        "\"line\nbreak\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "\"\\udc00\\ud800\"",
        "\"\xED\xA0\x80\"",
        "\"\xC0\xAF\"",
        "\"\xFF\"",
        "\"\xC3\"",
        "\"open",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "[1 2]",
        "",
    };
    for (auto const value : values) {
        CAPTURE(value);
        auto const text = std::string{value};
        CHECK(refusal(page({row_and("\"new\":" + text)})).starts_with("the body is not acceptable JSON"));
        CHECK(refusal(R"({"totalCount":0,"items":[],"other":)" + text + "}").starts_with("the body is not"));
    }
}

TEST_CASE("nesting is refused beyond the limit and harmless at any depth")
{
    CHECK(decode(page({row_and("\"new\":" + nested(40))})).rows.size() == 1);
    for (std::size_t const depth : {65UL, 1024UL, 100000UL, 1000000UL}) {
        CAPTURE(depth);
        CHECK(refusal(page({row_and("\"new\":" + nested(depth))})).starts_with("the body is not acceptable JSON"));
    }
    CHECK(refusal(std::string(1000000, '[')).starts_with("the body is not acceptable JSON"));
}

TEST_CASE("an envelope that is not the documented one is refused with the place")
{
    struct Case {
        std::string_view body;
        std::string_view refusal;
    };
    static constexpr Case cases[] = {
        {"[]", "the document is not an object"},
        {"null", "the document is not an object"},
        {"\"text\"", "the document is not an object"},
        {"{}", "items is missing"},
        {R"({"totalCount":0})", "items is missing"},
        {R"({"items":[]})", "totalCount is missing"},
        {R"({"totalCount":0,"Items":[]})", "items is missing"},
        {R"({"totalCount":0,"value":[]})", "items is missing"},
        {R"({"totalCount":0,"items":null})", "items is not an array"},
        {R"({"totalCount":0,"items":{}})", "items is not an array"},
        {R"({"totalCount":0,"items":"[]"})", "items is not an array"},
        {R"({"totalCount":null,"items":[]})", "totalCount is not an integer"},
        {R"({"totalCount":"0","items":[]})", "totalCount is not an integer"},
        {R"({"totalCount":0.0,"items":[]})", "totalCount is not an integer"},
        {R"({"totalCount":18446744073709551615,"items":[]})", "totalCount is not an integer"},
        {R"({"totalCount":0,"items":[],"items":[]})", "items is repeated"},
        {R"({"totalCount":0,"totalCount":0,"items":[]})", "totalCount is repeated"},
        {R"({"totalCount":1,"items":[]})", "totalCount differs from the number of items: it says 1, there are 0"},
        {R"({"totalCount":-1,"items":[]})", "totalCount differs from the number of items: it says -1, there are 0"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.body);
        CHECK(refusal(std::string{each.body}) == each.refusal);
    }
    CHECK(refusal(sample("partner-usage-tolerance.json")) == "totalCount is not an integer");
}

TEST_CASE("unknown fields of the envelope are ignored")
{
    auto const decoded =
        decode(R"({"new":{"a":[1]},"totalCount":0,"attributes":{"objectType":"Collection"},"items":[]})");
    CHECK(decoded.summary.items == 0);
    CHECK(decoded.summary.unknown_fields.empty());
}

TEST_CASE("a count that differs is only reported where that is tolerated")
{
    DecodeRules const rules{false, true};
    auto const decoded = decode(R"({"items":[)" + good_row() + R"(],"totalCount":7})", rules);
    CHECK(decoded.summary.count == 7);
    CHECK(decoded.rows.size() == 1);
}

TEST_CASE("the next page is read with its continuation token")
{
    struct Case {
        std::string_view links;
        std::string_view uri; ///< empty: there is no next page
        std::string_view token;
    };
    static constexpr Case cases[] = {
        {"null", "", ""},
        {"{}", "", ""},
        {R"({"self":{"uri":"/a"}})", "", ""},
        {R"({"previous":{"uri":7},"next":null})", "", ""},
        {R"({"next":null})", "", ""},
        {R"({"next":{"uri":"/b?x=1"}})", "/b?x=1", ""},
        {R"({"next":{"uri":"/b","method":"GET","headers":null}})", "/b", ""},
        {R"({"next":{"uri":"/b","headers":[]}})", "/b", ""},
        {R"({"next":{"uri":"/b","headers":[{"key":"Other","value":1},{"key":"MS-ContinuationToken","value":"tok=="}]}})",
         "/b", "tok=="},
        {R"({"next":{"uri":"/b","headers":[{"key":"ms-continuationtoken","value":"tok"}]}})", "/b", "tok"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.links);
        auto const next = decode(R"({"totalCount":0,"items":[],"links":)" + std::string{each.links} + "}").summary.next;
        CHECK(next.has_value() == !each.uri.empty());
        CHECK((next ? next->uri : "") == each.uri);
        CHECK((next ? next->continuation_token : "") == each.token);
    }
}

TEST_CASE("a next page that cannot be read refuses the page, for a part is not the whole")
{
    struct Case {
        std::string_view links;
        std::string_view place;
    };
    static constexpr Case cases[] = {
        {"[]", "links "},
        {"\"/b\"", "links "},
        {R"({"next":"/b"})", "links.next "},
        {R"({"next":null,"next":{"uri":"/b"}})", "links.next is repeated"},
        {R"(null,"links":{"next":{"uri":"/b"}})", "links is repeated"},
        {R"({"next":{"uri":"/b","uri":"/c"}})", "links.next.uri is repeated"},
        {R"({"next":{}})", "links.next.uri "},
        {R"({"next":{"uri":null}})", "links.next.uri "},
        {R"({"next":{"uri":""}})", "links.next.uri "},
        {R"({"next":{"uri":7}})", "links.next.uri "},
        {R"({"next":{"uri":"/b","headers":{}}})", "links.next.headers "},
        {R"({"next":{"uri":"/b","headers":[1]}})", "links.next.headers "},
        {R"({"next":{"uri":"/b","headers":[{"key":"MS-ContinuationToken"}]}})", "links.next.headers "},
        {R"({"next":{"uri":"/b","headers":[{"key":"MS-ContinuationToken","value":""}]}})",
         "links.next.headers.MS-ContinuationToken "},
        {R"({"next":{"uri":"/b","headers":[{"key":"MS-ContinuationToken","value":"a\r\nHost: b"}]}})",
         "links.next.headers.MS-ContinuationToken "},
        {R"({"next":{"uri":"/b","headers":[{"key":"MS-ContinuationToken","value":"\u0000"}]}})",
         "links.next.headers.MS-ContinuationToken "},
        {R"({"next":{"uri":"/b","headers":[{"key":"MS-ContinuationToken","value":"a"},)"
         R"({"key":"MS-ContinuationToken","value":"b"}]}})",
         "links.next.headers.MS-ContinuationToken is repeated"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.links);
        auto const body = R"({"totalCount":0,"items":[],"links":)" + std::string{each.links} + "}";
        CHECK(refusal(body).starts_with(each.place));
    }
}

TEST_CASE("a body without spare capacity is read all the same")
{
    auto body = sample("partner-usage.json");
    body.shrink_to_fit();
    CHECK(decode(body).rows.size() == 5);
    body.reserve(body.size() + 64);
    CHECK(decode(body).rows.size() == 5);
}

TEST_CASE("one decoder reads page after page, after a refusal too")
{
    PageDecoder decoder{usage()};
    auto const good = decode(sample("partner-usage.json")).rows;
    std::string const refused[] = {"", "{", "[]", page({"{}"}), page({row_and(R"("new":[[)")})};
    for (auto const& bad : refused) {
        CAPTURE(bad);
        CHECK_THROWS_AS(decode(decoder, bad), Error);
        CHECK(decode(decoder, sample("partner-usage.json")).rows == good);
        CHECK(decode(decoder, sample("partner-usage-empty.json")).rows.empty());
    }
    std::vector<std::string> const many(20000, good_row());
    CHECK(decode(decoder, page(many)).rows.size() == many.size());
    CHECK(refusal(page({row_and("\"new\":" + nested(100))})).starts_with("the body is not acceptable JSON"));
}

} // namespace usaged::test
