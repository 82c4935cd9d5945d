#include "tests/daemon/dataset/page_text.h"

#include <doctest/doctest.h>

// The types of columns that the datasets of single customers have.

namespace usaged::test {
namespace {

std::string const begin = "2018-10-14T00:00:00Z|o365|reseller|0112a436-b14e-4888-967b-ca4bb2cf1234|";
std::string const product = "6fd2c87f-b296-42f0-b197-1e91e994b900";
std::string const names = "|EXO|Microsoft Office 365|ACME|E3|Exchange|";

Rows rows_of(std::string const& row)
{
    return decode(value_page({row}), of("licenses_usage")).rows;
}

std::string refusal_of(std::string const& row, DecodeRules rules = {})
{
    return refusal(value_page({row}), of("licenses_usage", {}, rules));
}

} // namespace

TEST_CASE("a count is a whole number, or a text of one")
{
    struct Case {
        std::string_view sent;
        std::string_view kept;
    };
    static constexpr Case cases[] = {
        {"0", "0"},
        {"-0", "0"},
        {"7", "7"},
        {"9223372036854775807", "9223372036854775807"},
        {"\"0\"", "0"},
        {"\"405\"", "405"},
        {"\"9223372036854775807\"", "9223372036854775807"},
        {"\"\\u0037\"", "7"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.sent);
        CHECK(rows_of(commercial_row("licensesQualified", each.sent)) ==
              Rows{begin + product + names + "3|" + std::string{each.kept} + "|"});
    }
}

TEST_CASE("a count that is no whole number makes a bad row, and is never rounded")
{
    static constexpr std::string_view refused[] = {
        "-1",
        "5.0",
        "0.0",
        "5e0",
        "1.5",
        "9223372036854775808",
        "18446744073709551615",
        "1e300",
        "true",
        "[]",
        "{}",
        "[5]",
        "\"\"",
        "\"-1\"",
        "\"+1\"",
        "\"01\"",
        "\"00\"",
        "\" 1\"",
        "\"1 \"",
        "\"1.0\"",
        "\"1e3\"",
        "\"0x1\"",
        "\"1,0\"",
        "\"٣\"",
        "\"1\\u0000\"",
        "\"9223372036854775808\"",
        "\"99999999999999999999\"",
        "\"-\"",
    };
    for (auto const value : refused) {
        CAPTURE(value);
        CHECK(refusal_of(commercial_row("licensesQualified", value)) ==
              "Value[0].licensesQualified is not a whole number from 0 to 2^63-1");
    }
    CHECK(refusal_of(commercial_row("licensesQualified", "null")) == "Value[0].licensesQualified is null");
    CHECK(refusal_of(commercial_row("licensesQualified", "")) == "Value[0].licensesQualified is missing");
    CHECK(refusal_of(commercial_row("licenseActive", "")) == "Value[0].licensesActive is missing");
    CHECK(refusal_of(commercial_row("licensesQualified", "18446744073709551616")).find("not acceptable JSON") !=
          std::string::npos);
}

TEST_CASE("only a text of the form of a GUID is kept in lower case")
{
    struct Case {
        std::string_view sent;
        std::string_view kept;
    };
    static constexpr Case cases[] = {
        {"6FD2C87F-B296-42F0-B197-1E91E994B900", "6fd2c87f-b296-42f0-b197-1e91e994b900"},
        {"6fd2c87f-B296-42f0-b197-1E91E994b900", "6fd2c87f-b296-42f0-b197-1e91e994b900"},
        {"01234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"},
        {"{6FD2C87F-B296-42F0-B197-1E91E994B900}", "{6FD2C87F-B296-42F0-B197-1E91E994B900}"},
        {"6FD2C87FB29642F0B1971E91E994B900", "6FD2C87FB29642F0B1971E91E994B900"},
        {"6FD2C87F-B296-42F0-B197-1E91E994B90G", "6FD2C87F-B296-42F0-B197-1E91E994B90G"},
        {"6FD2C87F-B296-42F0-B197-1E91E994B90", "6FD2C87F-B296-42F0-B197-1E91E994B90"},
        {"6FD2C87FB-296-42F0-B197-1E91E994B900", "6FD2C87FB-296-42F0-B197-1E91E994B900"},
        {"6FD2C87F-B296-42F0-B197-1E91E994B9É", "6FD2C87F-B296-42F0-B197-1E91E994B9É"},
        {"CFQ7TTC0LH18:0001", "CFQ7TTC0LH18:0001"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.sent);
        CHECK(rows_of(commercial_row("productId", '"' + std::string{each.sent} + '"')) ==
              Rows{begin + std::string{each.kept} + names + "3|5|"});
    }
}

TEST_CASE("the GUIDs of a row do not disturb each other, nor those of the next row")
{
    std::string const other = "\"AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE\"";
    auto const decoded = decode(value_page({commercial_row("productId", other), commercial_row(),
                                            commercial_row("productId", "\"P1\""), commercial_row()}),
                                of("licenses_usage"));
    CHECK(decoded.rows == Rows{begin + "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee" + names + "3|5|",
                               begin + product + names + "3|5|", begin + "P1" + names + "3|5|",
                               begin + product + names + "3|5|"});
}

TEST_CASE("a GUID and a name are texts like others")
{
    struct Case {
        std::string_view value;
        std::string_view reason;
    };
    static constexpr Case cases[] = {
        {"", "is missing"},
        {"null", "is null"},
        {"7", "is not a text"},
        {"\"\"", "is empty"},
        {"\"a\\u0000\"", "contains U+0000"},
    };
    for (std::string const field : {"productId", "customerTenantId", "productName", "workloadCode", "serviceCode"}) {
        for (auto const& each : cases) {
            CAPTURE(field);
            CAPTURE(each.value);
            CHECK(refusal_of(commercial_row(field, each.value)) ==
                  "Value[0]." + field + " " + std::string{each.reason});
        }
        CHECK(refusal_of(commercial_row(field, '"' + std::string(4097, 'x') + '"')) ==
              "Value[0]." + field + " is longer than 4096 bytes");
    }
}

TEST_CASE("both spellings of a field are one field")
{
    auto const documented = with(commercial_row("licenseActive", ""), R"("licensesActive":3)");
    CHECK(rows_of(documented) == rows_of(commercial_row()));
    CHECK(rows_of(with(commercial_row(), R"("licensesActive":3)")) == rows_of(commercial_row()));
    CHECK(rows_of(with(commercial_row(), R"("licensesActive":"3")")) == rows_of(commercial_row()));
    CHECK(rows_of(with(commercial_row("licenseActive", "\"3\""), R"("licensesActive":3)")) ==
          rows_of(commercial_row()));
}

TEST_CASE("two spellings of a field that differ refuse the page, quarantine or not")
{
    for (bool const quarantine : {false, true}) {
        for (std::string const other : {"4", "null", "\"04\"", "-3"}) {
            CAPTURE(other);
            CHECK(refusal_of(with(commercial_row(), R"("licensesActive":)" + other), {quarantine, false}) ==
                  "Value[0].licensesActive differs from the other spelling of the same field");
        }
        CHECK(refusal_of(with(commercial_row(), R"("licenseActive":3)"), {quarantine, false}) ==
              "Value[0].licenseActive is repeated");
        CHECK(refusal_of(with(commercial_row(), R"("licensesActive":3,"licensesActive":3)"), {quarantine, false}) ==
              "Value[0].licensesActive is repeated");
    }
}

TEST_CASE("rows that come with and without a field in turn are all decoded right")
{
    auto const extra = with(commercial_row(), R"("new":1)");
    auto const decoded =
        decode(value_page({commercial_row(), extra, commercial_row(), extra, extra}), of("licenses_usage"));
    std::string const row = begin + product + names + "3|5|";
    CHECK(decoded.rows == Rows{row, row + R"({"new":1})", row, row + R"({"new":1})", row + R"({"new":1})"});
}

} // namespace usaged::test
