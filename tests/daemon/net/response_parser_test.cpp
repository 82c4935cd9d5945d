#include "daemon/net/response_parser.h"
#include "tests/support/freed_memory.h"

#include <doctest/doctest.h>

#include <optional>

namespace usaged::test {
namespace {

constexpr std::uint64_t limit = 1000;

/// Feeds `bytes` in two pieces, split at `split`, and perhaps the end of the stream.
HttpResponse parse(std::string const& bytes, bool end = false, std::size_t split = 0)
{
    ResponseParser parser{"host:443", limit};
    parser.put(bytes.substr(0, split));
    parser.put(bytes.substr(split));
    if (end && !parser.complete()) parser.put_end();
    REQUIRE(parser.complete());
    return parser.take();
}

/// The category of the error that `bytes` end in, and nothing if they do not.
std::optional<ErrorCategory> refused(std::string const& bytes, bool end = false)
{
    try {
        ResponseParser parser{"host:443", limit};
        parser.put(bytes);
        if (end && !parser.complete()) parser.put_end();
        return std::nullopt;
    } catch (Error const& error) {
        CHECK(std::string{error.what()}.find("host:443") != std::string::npos);
        return error.category();
    }
}

/// Feeds `bytes` in pieces to a parser that then goes, and takes the response into `taken` if there is such.
void feed(std::string const& bytes, HttpResponse* taken)
{
    ResponseParser parser{"host:443", 1u << 20};
    for (std::size_t at = 0; at < bytes.size(); at += 5000) parser.put(std::string_view{bytes}.substr(at, 5000));
    if (taken == nullptr) return;
    if (!parser.complete()) parser.put_end();
    *taken = parser.take();
}

TEST_CASE("a valid response is read whole, however it is cut into pieces")
{
    struct Case {
        std::string bytes, body;
        bool end = false;
    };
    for (auto const& valid : {
             Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"},
             Case{"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", ""},
             Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n4;x=y\r\nello\r\n0\r\nA: b\r\n\r\n",
                  "hello"},
             Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""},
             Case{"HTTP/1.0 200 OK\r\n\r\nhello", "hello", true},
             Case{"HTTP/1.1 200 OK\r\n\r\n", "", true},
             Case{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
                  "OK\r\nContent-Length: 2\r\n\r\nok",
                  "ok"},
         }) {
        for (std::size_t split = 0; split <= valid.bytes.size(); ++split) {
            CAPTURE(valid.bytes);
            CAPTURE(split);
            auto const response = parse(valid.bytes, valid.end, split);
            CHECK(response.status == 200);
            CHECK(response.body == valid.body);
        }
    }
}

TEST_CASE("a response that arrives byte by byte is read whole")
{
    std::string const bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    ResponseParser parser{"host:443", limit};
    for (char const byte : bytes) {
        CHECK_FALSE(parser.complete());
        parser.put({&byte, 1});
    }
    REQUIRE(parser.complete());
    CHECK(parser.take().body == "ok");
}

TEST_CASE("headers are those of the final response, without the trailer")
{
    auto const response = parse("HTTP/1.1 100 Continue\r\nA: interim\r\n\r\nHTTP/1.1 401 No\r\nB:  x \r\n"
                                "Transfer-Encoding: chunked\r\n\r\n0\r\nC: trailer\r\n\r\n");
    CHECK(response.status == 401);
    CHECK(response.header("b") == "x");
    CHECK_FALSE(response.header("a"));
    CHECK_FALSE(response.header("c"));
}

TEST_CASE("a body has spare capacity for the decoder")
{
    for (std::string const bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 204 None\r\n\r\n",
                                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"}) {
        CAPTURE(bytes);
        auto const response = parse(bytes);
        CHECK(response.body.capacity() >= response.body.size() + 64);
    }
}

TEST_CASE("what is not valid HTTP is refused")
{
    for (std::string const bytes : {
             "SSH-2.0-OpenSSH_9.2\r\n",
             "+OK\r\n",
             "HTTP/1.1 099 OK\r\n\r\n",
             "<html>",
             "HTTP/2.0 200 OK\r\n\r\n",
             "HTTP/1.1 20x OK\r\n\r\n",
             "HTTP/1.1 200 OK\r\nName : x\r\n\r\n",
             "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
             "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
             "HTTP/1.1 200 OK\r\nA:\r\n folded\r\n\r\n",
             "HTTP/1.1 200 OK\r\nA: b\r\n \r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello",
             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
         }) {
        CAPTURE(bytes);
        CHECK(refused(bytes) == ErrorCategory::protocol);
    }
    CHECK(refused(std::string{"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 27}) == ErrorCategory::protocol);
}

TEST_CASE("an end of the connection that cuts the response off is a network error")
{
    for (std::string const bytes : {
             "",
             "HTTP/1.",
             "HTTP/1.1 200 OK\r\nA: b\r\n",
             "HTTP/1.1 100 Continue\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
         }) {
        CAPTURE(bytes);
        CHECK(refused(bytes, true) == ErrorCategory::network);
    }
}

TEST_CASE("a body up to the limit is read, one byte more is refused, declared or not")
{
    auto const body = [](std::size_t size) { return std::string(size, 'x'); };
    auto const declared = [&](std::size_t size) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + body(size);
    };
    auto const undeclared = [&](std::size_t size) { return "HTTP/1.1 200 OK\r\n\r\n" + body(size); };
    auto const chunked = [&](std::size_t size) {
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1F4\r\n" + body(500) + "\r\n" +
               (size == limit ? "1F4" : "1F5") + "\r\n" + body(size - 500) + "\r\n0\r\n\r\n";
    };
    CHECK(parse(declared(limit)).body.size() == limit);
    CHECK(parse(undeclared(limit), true).body.size() == limit);
    CHECK(parse(chunked(limit)).body.size() == limit);
    CHECK(refused(declared(limit + 1).substr(0, 60)) == ErrorCategory::protocol);
    CHECK(refused(undeclared(limit + 1)) == ErrorCategory::protocol);
    CHECK(refused(chunked(limit + 1)) == ErrorCategory::protocol);
}

TEST_CASE("a request may ask for less than the limit, not for more, and is told which of them it was")
{
    struct Case {
        std::uint64_t asked;
        std::size_t longest;
        std::string_view reason;
    };
    for (auto const& bound : {Case{0, 1000, "http.max_body"}, Case{10, 10, "10 bytes"}, Case{1000, 1000, "http.max"},
                              Case{5000, 1000, "http.max_body"}}) {
        CAPTURE(bound.asked);
        auto const start = std::string{"HTTP/1.1 200 OK\r\n\r\n"};
        ResponseParser parser{"host:443", limit, bound.asked};
        parser.put("HTTP/1.1 103 Hints\r\n\r\n" + start + std::string(bound.longest, 'x'));
        try {
            parser.put("x");
            FAIL_CHECK("was not refused");
        } catch (Error const& error) {
            CHECK(std::string{error.what()}.find(bound.reason) != std::string::npos);
        }
    }
}

TEST_CASE("no copy of what arrived is left in freed memory, whole or broken off")
{
    static constexpr std::string_view mark = "a token that nobody else may know";
    auto const body = std::string{mark} + std::string(200000, 'x');
    struct Case {
        std::string head, tail;
    };
    for (auto const& form : {Case{"Content-Length: 200033\r\n\r\n", ""}, Case{"\r\n", ""},
                             Case{"Transfer-Encoding: chunked\r\n\r\n30d61\r\n", "\r\n0\r\n\r\n"}}) {
        for (bool const whole : {false, true}) {
            CAPTURE(form.head);
            CAPTURE(whole);
            auto const bytes = "HTTP/1.1 200 OK\r\n" + form.head + (whole ? body + form.tail : body.substr(0, 150000));
            HttpResponse taken;
            FreedMemory const freed{mark};
            feed(bytes, whole ? &taken : nullptr);
            CHECK((!whole || taken.body == body));
            CHECK(freed.found() == 0);
        }
    }
}

TEST_CASE("bytes that wait for more of their kind are not left in freed memory either")
{
    static constexpr std::string_view mark = "a token that nobody else may know";
    auto const line = "HTTP/1.1 200 OK\r\nSet-Cookie: " + std::string{mark} + std::string(60000, 'x');
    FreedMemory const freed{mark};
    feed(line, nullptr);
    CHECK(freed.found() == 0);
}

TEST_CASE("a head of 200 fields is read, one field more is refused, in head and trailer together")
{
    auto const fields = [](int count) {
        std::string text;
        for (int i = 0; i < count; ++i) text += "A: b\r\n";
        return text;
    };
    std::string const status = "HTTP/1.1 200 OK\r\n";
    CHECK(parse(status + fields(199) + "Content-Length: 0\r\n\r\n").headers.size() == 200);
    CHECK(refused(status + fields(200) + "Content-Length: 0\r\n\r\n") == ErrorCategory::protocol);
    CHECK(refused(status + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + fields(200) + "\r\n") ==
          ErrorCategory::protocol);
}

TEST_CASE("endless heads, lines, chunk extensions and trailers are refused at 64 KiB, whatever the pieces")
{
    std::string const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::string const& start : {std::string{"HTTP/1.1 200 "}, std::string{"HTTP/1.1 200 OK\r\nA: "},
                                     std::string{"HTTP/1.1 200 OK\r\n"}, chunked + "1;", chunked + "0\r\nA: "}) {
        CAPTURE(start);
        std::string const piece =
            start.ends_with("OK\r\n") ? "A: " + std::string(995, 'x') + "\r\n" : std::string(1000, 'x');
        std::size_t sent = start.size();
        auto const endless = [&] {
            ResponseParser parser{"host:443", limit};
            for (parser.put(start); sent < (1u << 20); sent += piece.size()) parser.put(piece);
        };
        CHECK_THROWS_AS(endless(), Error);
        CHECK(sent < 68u << 10);
    }
}

TEST_CASE("more than 10 interim responses are refused")
{
    std::string interim;
    for (int i = 0; i < 10; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
    CHECK(parse(interim + "HTTP/1.1 204 None\r\n\r\n").status == 204);
    CHECK(refused(interim + "HTTP/1.1 100 Continue\r\n\r\n") == ErrorCategory::protocol);
}

TEST_CASE("a connection is kept after a persistent response with nothing behind it")
{
    struct Case {
        std::string bytes;
        bool kept;
    };
    for (auto const& persistent : {
             Case{"HTTP/1.1 204 None\r\n\r\n", true},
             Case{"HTTP/1.1 204 None\r\n\r\nHTTP", false},
             Case{"HTTP/1.1 204 None\r\nConnection: close\r\n\r\n", false},
             Case{"HTTP/1.0 204 None\r\n\r\n", false},
             Case{"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", true},
         }) {
        CAPTURE(persistent.bytes);
        ResponseParser parser{"host:443", limit};
        parser.put(persistent.bytes);
        REQUIRE(parser.complete());
        CHECK(parser.keeps_connection() == persistent.kept);
    }
}

} // namespace
} // namespace usaged::test
