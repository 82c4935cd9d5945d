#include "daemon/net/gzip.h"
#include "tests/daemon/net/compress.h"
#include "tests/support/freed_memory.h"

#include <doctest/doctest.h>

#include <string>

namespace usaged::test {
namespace {

struct Decompressed {
    GzipResult result = GzipResult::good;
    bool complete = false;
    std::string text;
};

/// What comes of `bytes`, handed over in pieces of `size`.
Decompressed decompress(std::string_view bytes, std::size_t size, std::uint64_t max_output = 1u << 20)
{
    GzipDecoder decoder{max_output};
    Decompressed out;
    for (std::size_t at = 0; at < bytes.size() && out.result == GzipResult::good; at += size)
        out.result = decoder.put(bytes.substr(at, size), out.text);
    out.complete = decoder.complete();
    return out;
}

std::string long_text()
{
    std::string text(300000, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * i >> 9);
    return text;
}

TEST_CASE("gzip comes out as it went in, whatever the pieces")
{
    for (std::string const& text : {std::string{}, std::string{"hello"}, long_text()}) {
        auto const bytes = gzip(text);
        for (std::size_t const size : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, bytes.size()}) {
            CAPTURE(size);
            auto const out = decompress(bytes, size);
            CHECK(out.result == GzipResult::good);
            CHECK(out.complete);
            CHECK((out.text == text));
        }
    }
}

TEST_CASE("members that follow one another are one text")
{
    auto const bytes = gzip("one ") + gzip("") + gzip("two");
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
        CAPTURE(size);
        auto const out = decompress(bytes, size);
        CHECK(out.result == GzipResult::good);
        CHECK(out.complete);
        CHECK(out.text == "one two");
    }
}

TEST_CASE("no bytes are no text, and complete")
{
    auto const out = decompress("", 1);
    CHECK(out.complete);
    CHECK(out.text.empty());
}

TEST_CASE("gzip that is cut off anywhere is not complete")
{
    auto const bytes = gzip("hello");
    for (std::size_t length = 1; length < bytes.size(); ++length) {
        CAPTURE(length);
        auto const out = decompress(std::string_view{bytes}.substr(0, length), length);
        CHECK(out.result == GzipResult::good);
        CHECK_FALSE(out.complete);
    }
}

TEST_CASE("what is not gzip, not whole, or followed by something else is damaged")
{
    auto const good = gzip("hello");
    auto const with_byte = [&](std::size_t at) {
        auto bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
        return bytes;
    };
    for (std::string const& bytes : {
             std::string{"hello, this is no gzip"},
             std::string{"\x78\x9c\x4b\x04"}, // zlib's own format
             with_byte(0),
             with_byte(2),
             with_byte(12),
             with_byte(good.size() - 8), // checksum
             with_byte(good.size() - 4), // length
             good + "{}",
             good + std::string(8, '\0'),
         }) {
        CAPTURE(bytes);
        CHECK(decompress(bytes, bytes.size()).result == GzipResult::damaged);
        CHECK(decompress(bytes, 1).result == GzipResult::damaged);
    }
}

TEST_CASE("a text up to the limit comes out, and of a longer one never more than the limit")
{
    auto const text = long_text();
    auto const bytes = gzip(text.substr(0, 100000)) + gzip(text.substr(100000));
    for (std::size_t const size : {std::size_t{1}, std::size_t{1000}, bytes.size()}) {
        CAPTURE(size);
        CHECK(decompress(bytes, size, text.size()).result == GzipResult::good);
        auto const out = decompress(bytes, size, text.size() - 1);
        CHECK(out.result == GzipResult::too_long);
        CHECK(out.text.size() < text.size());
    }
}

TEST_CASE("a bomb stops at the limit")
{
    auto const bomb = gzip(std::string(20u << 20, 'x'));
    REQUIRE(bomb.size() < 200000);
    auto const out = decompress(bomb, bomb.size(), 1000000);
    CHECK(out.result == GzipResult::too_long);
    CHECK(out.text.capacity() <= 2000000);
}

TEST_CASE("no copy of what came out is left in freed memory")
{
    static constexpr std::string_view mark = "a token that nobody else may know";
    auto const bytes = gzip(std::string{mark} + std::string(20000, 'x'));
    std::string output;
    output.reserve(100000);
    FreedMemory const freed{mark};
    {
        GzipDecoder decoder{1u << 20};
        // zlib keeps what came out only if more is to come.
        for (char const byte : bytes) CHECK(decoder.put({&byte, 1}, output) == GzipResult::good);
    }
    CHECK(freed.found() == 0);
}

} // namespace
} // namespace usaged::test
