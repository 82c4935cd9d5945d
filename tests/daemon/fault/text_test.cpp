#include "daemon/fault/text.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

struct TextCase {
    std::string_view text;
    std::string_view shown;
};

} // namespace

TEST_CASE("text from outside is escaped so that it stays within its quotes and its line")
{
    static constexpr TextCase cases[] = {
        {"", ""},
        {"plain text", "plain text"},
        {"say \"hi\"", "say \\\"hi\\\""},
        {"back\\slash", "back\\\\slash"},
        {"two\r\nlines", "two\\x0d\\x0alines"},
        {std::string_view{"nul\0", 4}, "nul\\x00"},
        {"\x1b[31m", "\\x1b[31m"},
        {"del\x7F", "del\\x7f"},
        {"\xC2\x9B", "\\xc2\\x9b"},
        {"\xFF\xC3", "\\xff\\xc3"},
        {"\"\x01\\", "\\\"\\x01\\\\"},
        {"naïve 日本 😀", "naïve 日本 😀"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.text);
        CHECK(printable(each.text) == each.shown);
    }
}

TEST_CASE("text from outside is cut at the limit, between two characters")
{
    struct Case {
        std::string_view text;
        std::size_t limit;
        std::string_view shown;
    };
    static constexpr Case cases[] = {
        {"abcd", 4, "abcd"}, {"abcde", 4, "abcd…"},
        {"abcé", 4, "abc…"}, {"abé!", 4, "abé…"},
        {"日本", 4, "日…"},  {"a😀b", 4, "a…"},
        {"😀", 3, "…"},       {"\x80\x80\x80", 2, "…"},
        {"x", 0, "…"},       {"\n\n\n", 2, "\\x0a\\x0a…"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.text);
        CHECK(printable(each.text, each.limit) == each.shown);
    }
    CHECK(printable(std::string(201, 'x')) == std::string(200, 'x') + "…");
}

TEST_CASE("without controls, text is UTF-8 that no terminal obeys")
{
    static constexpr TextCase cases[] = {
        {"", ""},
        {"say \"hi\\\"", "say \"hi\\\""},
        {"a\tb\r\n", "a\\x09b\\x0d\\x0a"},
        {std::string_view{"\0\x7f", 2}, "\\x00\\x7f"},
        {"\xC2\x80\xC2\x9F\xC2\xA0", "\\xc2\\x80\\xc2\\x9f\xC2\xA0"},
        {"é日😀\xEF\xBF\xBF\xF4\x8F\xBF\xBF", "é日😀\xEF\xBF\xBF\xF4\x8F\xBF\xBF"},
        {"\xC3", "\\xc3"},
        {"\xE6\x97x", "\\xe6\\x97x"},
        {"\xC0\xAF", "\\xc0\\xaf"},
        {"\xE0\x9F\xBF", "\\xe0\\x9f\\xbf"},
        {"\xED\xA0\x80", "\\xed\\xa0\\x80"},
        {"\xF0\x8F\xBF\xBF", "\\xf0\\x8f\\xbf\\xbf"},
        {"\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
        {"\xF5\xFF", "\\xf5\\xff"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.text);
        CHECK(without_controls(each.text) == each.shown);
    }
}

TEST_CASE("texts that differ in nothing but the case of ASCII letters are equal")
{
    CHECK(equals_ignoring_case("Bearer-[]9", "bEARER-[]9"));
    CHECK(equals_ignoring_case("", ""));
    for (auto const* const other : {"bearer-{}9", "Bearer-[]", "Bearer-[]99", "É"}) {
        CAPTURE(other);
        CHECK_FALSE(equals_ignoring_case("Bearer-[]9", other));
    }
    CHECK_FALSE(equals_ignoring_case("É", "é"));
}

TEST_CASE("a JSON string is valid whatever the bytes are")
{
    static constexpr TextCase cases[] = {
        {"", R"("")"},
        {"say \"hi\"", R"("say \"hi\"")"},
        {"back\\slash/", R"("back\\slash/")"},
        {"a\nb\r\t", R"("a\u000ab\u000d\u0009")"},
        {std::string_view{"\0\x1f", 2}, R"("\u0000\u001f")"},
        {"\x7f", R"("\u007f")"},
        {"\xC2\x9B", R"("\u009b")"},
        {"é 日本 😀", R"("é 日本 😀")"},
        {"a\xFF\xC3", R"("a\ufffd\ufffd")"},
        {"\xED\xA0\x80", R"("\ufffd\ufffd\ufffd")"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.text);
        CHECK(json_string(each.text) == each.shown);
    }
}

} // namespace usaged::test
