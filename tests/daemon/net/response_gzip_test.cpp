#include "daemon/net/response_parser.h"
#include "tests/daemon/net/compress.h"
#include "tests/support/freed_memory.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace usaged::test {
namespace {

constexpr std::uint64_t limit = 1000;

std::string response(std::string const& body, std::string const& encoding = "gzip")
{
    return "HTTP/1.1 200 OK\r\nContent-Encoding: " + encoding + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

/// The same in chunks of 5 bytes.
std::string chunked(std::string const& body)
{
    std::string text = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 5) {
        auto const piece = body.substr(at, 5);
        text += std::to_string(piece.size()) + "\r\n" + piece + "\r\n";
    }
    return text + "0\r\n\r\n";
}

/// The same, ended by the end of the connection.
std::string unbounded(std::string const& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + body;
}

/// Feeds `bytes` in pieces of `size`, and the end of the connection if they do not suffice.
HttpResponse parse(std::string_view bytes, std::size_t size)
{
    ResponseParser parser{"host:443", limit};
    for (std::size_t at = 0; at < bytes.size(); at += size) parser.put(bytes.substr(at, size));
    if (!parser.complete()) parser.put_end();
    REQUIRE(parser.complete());
    return parser.take();
}

/// What the parser refuses `bytes` with.
Error refusal(std::string_view bytes)
{
    try {
        parse(bytes, bytes.size());
    } catch (Error const& error) {
        return error;
    }
    throw std::logic_error{"was not refused"};
}

TEST_CASE("a body in gzip is handed out as text, however it is framed and cut into pieces")
{
    auto const body = gzip("hello ") + gzip("world");
    for (auto const& bytes :
         {response(body), response(body, "x-gzip"), response(body, "GZIP"), chunked(body), unbounded(body)}) {
        for (std::size_t size = 1; size <= bytes.size(); ++size) {
            CAPTURE(bytes);
            CAPTURE(size);
            auto const answer = parse(bytes, size);
            CHECK(answer.body == "hello world");
            CHECK(answer.body.capacity() >= answer.body.size() + 64);
        }
    }
}

TEST_CASE("an empty body in gzip is an empty body")
{
    for (auto const& bytes : {response(""), chunked(""), unbounded(""),
                              std::string{"HTTP/1.1 204 None\r\nContent-Encoding: gzip\r\n\r\n"}}) {
        CAPTURE(bytes);
        CHECK(parse(bytes, bytes.size()).body.empty());
    }
}

TEST_CASE("gzip that is damaged, cut off or followed by something is not a valid answer")
{
    auto const good = gzip("hello");
    auto damaged = good;
    damaged[12] = static_cast<char>(damaged[12] ^ 0x55);
    auto wrong_sum = good;
    wrong_sum[good.size() - 8] = static_cast<char>(wrong_sum[good.size() - 8] ^ 1);
    for (auto const& body : {damaged, wrong_sum, good.substr(0, good.size() - 1), good + "x", std::string{"hello"}}) {
        for (auto const& bytes : {response(body), chunked(body), unbounded(body)}) {
            CAPTURE(bytes);
            auto const error = refusal(bytes);
            CHECK(error.category() == ErrorCategory::protocol);
            CHECK(std::string{error.what()}.ends_with("the gzip of its body is damaged or cut off"));
        }
    }
}

TEST_CASE("a transfer that ends inside gzip is a network error")
{
    auto const body = gzip("hello");
    for (auto const& bytes : {response(body), chunked(body)}) {
        CAPTURE(bytes);
        CHECK(refusal(bytes.substr(0, bytes.size() - 6)).category() == ErrorCategory::network);
    }
}

TEST_CASE("a Content-Encoding that was not asked for is refused")
{
    auto const body = gzip("hello");
    for (std::string const encoding : {"br", "deflate", "zstd", "gzip, gzip", "gzip, identity",
                                       "gzip\r\nContent-Encoding: gzip", "gzip\r\nContent-Encoding: br"}) {
        CAPTURE(encoding);
        auto const error = refusal(response(body, encoding));
        CHECK(error.category() == ErrorCategory::protocol);
        CHECK(std::string{error.what()}.ends_with("Content-Encoding that was not asked for"));
    }
}

TEST_CASE("the limit of a body counts what comes out of gzip, however small it arrives")
{
    auto const longest = gzip(std::string(limit, 'x'));
    auto const too_long = gzip(std::string(limit + 1, 'x'));
    CHECK(parse(response(longest), 10).body.size() == limit);
    for (auto const& bytes : {response(too_long), chunked(too_long), unbounded(too_long),
                              response(gzip(std::string(limit, 'x')) + gzip("x"))}) {
        auto const error = refusal(bytes);
        CHECK(error.category() == ErrorCategory::protocol);
        CHECK(std::string{error.what()}.ends_with("the body is longer than http.max_body allows"));
    }
}

TEST_CASE("no copy of a body that came in gzip is left in freed memory, whole or broken off")
{
    static constexpr std::string_view mark = "a token that nobody else may know";
    auto const bytes = response(gzip(std::string{mark} + std::string(200000, 'x')));
    for (auto const length : {bytes.size(), bytes.size() - 20}) {
        CAPTURE(length);
        HttpResponse taken;
        FreedMemory const freed{mark};
        {
            ResponseParser parser{"host:443", 1u << 20};
            parser.put(std::string_view{bytes}.substr(0, length));
            if (parser.complete()) taken = parser.take();
        }
        CHECK(taken.body.starts_with(mark) == (length == bytes.size()));
        CHECK(freed.found() == 0);
    }
}

} // namespace
} // namespace usaged::test
