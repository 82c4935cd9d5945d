#include "tests/simulator/gzip.h"
#include "tests/simulator/simulated_client.h"

#include <doctest/doctest.h>

#include <zlib.h>

namespace usaged::test {
namespace {

std::string gunzip(std::string const& bytes)
{
    std::string text(1U << 20U, '\0');
    std::string input = bytes;
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    CHECK(stream.avail_in == 0);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return text;
}

SimulatorOptions signed_in_with_mfa(bool value)
{
    SimulatorOptions options;
    options.signed_in_with_mfa = value;
    return options;
}

} // namespace

TEST_CASE("a client that asks is told whether the sign-in had a second factor")
{
    for (auto const value : {true, false}) {
        CAPTURE(value);
        Simulator const simulator{signed_in_with_mfa(value)};
        SimulatedClient const client{simulator};
        auto const token = client.access_token();
        auto headers = client.usage_headers(token);
        headers["ValidateMfa"] = "true";
        CHECK(client.ask(client.usage_request(headers)).header("isMfaCompliant") == (value ? "true" : "false"));
        CHECK(client.ask(client.usage_request(token)).header("isMfaCompliant").empty());
    }
}

TEST_CASE("without a second factor the API refuses")
{
    Simulator const simulator{signed_in_with_mfa(false)};
    SimulatedClient const client{simulator};
    auto const answer = client.ask(client.usage_request(client.access_token()));
    CHECK(answer.status == 401);
    CHECK(text_field(answer.body, "code") == "900421");
}

TEST_CASE("answers are compressed for a client that takes it")
{
    SimulatorOptions options;
    options.gzip = true;
    Simulator const simulator{options};
    SimulatedClient const client{simulator};
    auto const token = client.access_token();
    auto const plain = client.ask(client.usage_request(token));
    CHECK(plain.header("Content-Encoding").empty());
    auto headers = client.usage_headers(token);
    headers["Accept-Encoding"] = "gzip";
    auto const compressed = client.ask(client.usage_request(headers));
    CHECK(compressed.header("Content-Encoding") == "gzip");
    CHECK(compressed.body.size() < plain.body.size());
    CHECK(gunzip(compressed.body) == plain.body);
}

TEST_CASE("answers are not compressed unless the simulator is told to")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto headers = client.usage_headers(client.access_token());
    headers["Accept-Encoding"] = "gzip";
    CHECK(client.ask(client.usage_request(headers)).header("Content-Encoding").empty());
}

TEST_CASE("what a client accepts is read with its weights")
{
    for (auto const* const value : {"gzip", "GZIP", "deflate, gzip", "br;q=1.0, gzip;q=0.5", "gzip ;q=1"}) {
        CAPTURE(value);
        CHECK(takes_gzip(value));
    }
    for (auto const* const value : {"", "identity", "gzip;q=0", "xgzip", "br, deflate"}) {
        CAPTURE(value);
        CHECK_FALSE(takes_gzip(value));
    }
}

} // namespace usaged::test
