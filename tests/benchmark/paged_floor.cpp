#include "tests/benchmark/bare_client.h"
#include "tests/benchmark/commercial_floor.h"

#include <CLI/CLI.hpp>
#include <simdjson.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

namespace {

using usaged::test::BareClient;

struct Arguments {
    std::uint16_t port = 0;
    std::filesystem::path ca_file;
    std::filesystem::path database;
    std::string token_path;
    std::string token_form;
};

std::string host(Arguments const& arguments)
{
    return "Host: 127.0.0.1:" + std::to_string(arguments.port) + "\r\n";
}

std::string access_token(Arguments const& arguments, BareClient& client)
{
    auto const& form = arguments.token_form;
    auto const& body = client.exchange("POST " + arguments.token_path + " HTTP/1.1\r\n" + host(arguments) +
                                       "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                                       std::to_string(form.size()) + "\r\n\r\n" + form);
    simdjson::dom::parser parser;
    std::string_view const token = parser.parse(body)["access_token"];
    return std::string{token};
}

void run(Arguments const& arguments)
{
    BareClient client{arguments.port, arguments.ca_file};
    auto const headers = " HTTP/1.1\r\n" + host(arguments) + "Accept: application/json\r\nAccept-Encoding: gzip\r\n" +
                         "Authorization: Bearer " + access_token(arguments, client) + "\r\n\r\n";
    usaged::test::CommercialFloor floor{arguments.database};
    for (std::string target = "/partner/v1/analytics/commercial/usage/license?top=10000&skip=0"; !target.empty();)
        target = floor.store(client.exchange("GET " + target + headers));
    floor.commit();
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"A bare program that fetches and stores licenses_usage, for comparison with usaged"};
    Arguments arguments;
    app.add_option("--port", arguments.port)->required();
    app.add_option("--ca", arguments.ca_file)->required();
    app.add_option("--database", arguments.database, "Is made")->required();
    app.add_option("--token-path", arguments.token_path)->required();
    app.add_option("--token-form", arguments.token_form)->required();
    CLI11_PARSE(app, argc, argv);
    try {
        run(arguments);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "usaged-paged-floor: %s\n", error.what());
        return 1;
    }
}
