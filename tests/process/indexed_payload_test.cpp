#include "daemon/dataset/dataset.h"
#include "tests/process/database_text.h"
#include "tests/process/installation.h"
#include "tests/process/payload_reactions.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t tries_allowed = 3;

std::string data_file(std::string_view name)
{
    return read_file(fs::path{USAGED_TEST_DATA} / name);
}

std::string documented_snapshot()
{
    return data_file("partner-usage.json");
}

/// The payload as the simulator has to send it: links of the documentation lead to the simulator.
IndexedPayload served(IndexedPayload payload, Simulator const& simulator)
{
    constexpr std::string_view documented = "https://api.partnercenter.microsoft.com";
    auto const at = payload.body.find(documented);
    if (at != std::string::npos) payload.body.replace(at, documented.size(), simulator.base_url());
    return payload;
}

SimulatorOptions options()
{
    SimulatorOptions options;
    options.commercial.paths = CommercialPaths::both;
    return options;
}

/// An installation that holds the documented snapshot of each dataset, and holds them again before each payload.
class Stored {
public:
    Stored() : site{overrides(), options()}
    {
        serve_documented();
        auto const ended = site.fetch();
        CAPTURE(ended.log);
        REQUIRE(ended.status == 0);
        tables = dataset_tables(site.database());
        fs::copy(site.state(), kept_, fs::copy_options::recursive);
    }

    void reset(IndexedPayload const& payload)
    {
        site.configure(overrides(payload.kind == "token" ? payload.endpoint_version() : "v2"));
        site.simulator.clear_script();
        fs::remove_all(site.state());
        fs::copy(kept_, site.state(), fs::copy_options::recursive);
    }

    Installation site;
    std::map<std::string, std::vector<std::string>> tables;

private:
    void serve_documented()
    {
        auto& simulator = site.simulator;
        auto const page = served(indexed_payload("commercial-usage-page1.json"), simulator);
        simulator.serve({documented_snapshot()});
        simulator.serve(Endpoint::partner_deployment, {data_file("partner-deployment.json")});
        simulator.serve(Endpoint::customers,
                        {data_file("customers-page1.json"), data_file("customers-page2-last.json")});
        simulator.serve(Endpoint::customer_usage, std::vector(3, data_file("customer-usage.json")));
        simulator.serve(Endpoint::customer_deployment, std::vector(3, data_file("customer-deployment.json")));
        simulator.serve(Endpoint::licenses_usage, {page.body, data_file("commercial-usage-page2.json")});
        simulator.serve(Endpoint::licenses_deployment, {data_file("commercial-deployment.json")});
    }

    static std::map<std::string, std::string> overrides(std::string const& token_endpoint = "v2")
    {
        std::string names;
        for (auto const& dataset : datasets()) names.append(names.empty() ? "" : ", ").append(dataset.name);
        return {{"datasets", '[' + names + ']'}, {"retry.attempts", std::to_string(tries_allowed)},
                {"retry.initial", "1ms"},        {"retry.max", "1ms"},
                {"retry.max_retry_after", "0s"}, {"partner_center.token_endpoint", token_endpoint}};
    }

    fs::path kept_ = site.directory.path() / "kept";
};

std::string refresh_token(Installation const& site)
{
    simdjson::dom::parser parser;
    return std::string{std::string_view{parser.parse(read_file(site.state() / "refresh_token"))["refresh_token"]}};
}

Fault answer_of(IndexedPayload const& payload)
{
    return answer(payload.status, payload.headers, payload.body);
}

/// What the database says about the last poll.
std::vector<std::string> last_poll(Installation const& site, std::string const& columns)
{
    return site.query("SELECT " + columns + " FROM poll ORDER BY id DESC LIMIT 1");
}

std::vector<std::string> last_calls(Installation const& site, std::string const& columns, std::string const& method)
{
    return site.query("SELECT " + columns +
                      " FROM http_call WHERE poll_id = (SELECT max(id) FROM poll) AND method = '" + method +
                      "' ORDER BY id");
}

/// Each try is in the record of calls, as it was answered. A good answer may come for several customers.
void check_calls(Installation const& site, IndexedPayload const& payload, Reaction const& reaction)
{
    auto const method = payload.kind == "api" ? "GET" : "POST";
    auto const answered = std::to_string(payload.status) + '|' + std::to_string(payload.body.size()) + "|1";
    auto calls = last_calls(site, "attempt, status, bytes, error IS NULL", method);
    std::erase_if(calls, [&](std::string const& call) { return call.substr(call.find('|') + 1) != answered; });
    auto const good = payload.kind == "api" && payload.status == 200 && reaction.category.empty();
    CHECK(calls.size() >= static_cast<std::size_t>(reaction.tries));
    CHECK((good || calls.size() == static_cast<std::size_t>(reaction.tries)));
    for (std::size_t i = 0; i < calls.size(); ++i) CHECK(calls[i] == std::to_string(good ? 1 : i + 1) + '|' + answered);
}

/// What is asked for with the header stands in the record of calls and with the poll.
void check_wait(Installation const& site, IndexedPayload const& payload)
{
    if (!payload.has_header("Retry-After")) return;
    auto const method = payload.kind == "api" ? "GET" : "POST";
    std::string const seconds = payload.file == "error-503-html.txt" ? "120" : payload.kind == "token" ? "60" : "57";
    CHECK(last_calls(site, "retry_after", method) == std::vector{seconds});
    CHECK(last_poll(site, "retry_after") == std::vector{seconds});
}

/// The line names the cause, what Microsoft's support asks for, and what to do.
void check_error_line(IndexedPayload const& payload, std::string const& line)
{
    CHECK(line.find("poll_failed") != std::string::npos);
    CHECK(line.find("remedy=") != std::string::npos);
    if (payload.status == 200) return;
    for (auto const& text : support_texts(payload)) CHECK(line.find(text) != std::string::npos);
    if (payload.kind == "api") {
        CHECK(line.find("request_id=") != std::string::npos);
        CHECK(line.find("correlation_id=") != std::string::npos);
    }
    auto const numbers = error_numbers(payload);
    auto const named = [&line](std::string const& number) { return line.find(number) != std::string::npos; };
    CHECK((numbers.empty() || std::any_of(numbers.begin(), numbers.end(), named)));
}

/// One error line for a failed poll, a line for each retry, and nothing of the answer's own words.
void check_log(IndexedPayload const& payload, Reaction const& reaction, std::string const& log)
{
    auto const errors = lines_with(log, "Z error ");
    CHECK(errors.size() == (reaction.category.empty() ? 0 : 1));
    for (auto const& line : errors) check_error_line(payload, line);
    CHECK(lines_with(log, " retry ").size() == static_cast<std::size_t>(reaction.tries - 1));
    for (auto const& text : private_texts(payload)) CHECK(log.find(text) == std::string::npos);
}

void check_reaction(Stored const& stored, IndexedPayload const& payload)
{
    auto const& site = stored.site;
    auto const reaction = reaction_to(payload);
    auto const dataset = payload.kind == "api" ? payload.dataset() : "partner_licenses_usage";
    auto const ended = site.fetch({dataset});
    CAPTURE(ended.log);
    CHECK(ended.status == reaction.exit_status);
    CHECK(last_poll(site, "outcome, error_category") ==
          std::vector{std::string{reaction.outcome} + '|' + std::string{reaction.category}});
    CHECK((dataset_tables(site.database()) == stored.tables));
    CHECK(last_poll(site, "(SELECT count(*) FROM skipped_customer WHERE poll_id = poll.id)") ==
          std::vector<std::string>{payload.expect == "skip_customer" ? "1" : "0"});
    check_calls(site, payload, reaction);
    check_wait(site, payload);
    check_log(payload, reaction, ended.log);
}

} // namespace

TEST_CASE("the documented answers hold the documented rows")
{
    Stored const stored;
    auto const rows = [&](std::string const& dataset) {
        return stored.site.query("SELECT count(*) FROM " + dataset).front();
    };
    CHECK(rows("partner_licenses_usage") == "5");
    CHECK(rows("partner_licenses_deployment") == "2");
    CHECK(rows("customer_licenses_usage") == "15"); // 5 for each of 3 customers
    CHECK(rows("customer_licenses_deployment") == "9");
    CHECK(rows("licenses_usage") == "3");
    CHECK(rows("licenses_deployment") == "2");
}

TEST_CASE("every indexed answer of the API leads to the reaction that its index asks for")
{
    Stored stored;
    for (auto const& payload : indexed_payloads("api")) {
        CAPTURE(payload.file);
        stored.reset(payload);
        auto& simulator = stored.site.simulator;
        for (auto const& each : answers_around(payload, tries_allowed + 1))
            simulator.script(payload.served_at(), answer_of(served(each, simulator)));
        auto const tokens = simulator.requests(Endpoint::token).size();
        check_reaction(stored, served(payload, simulator));
        bool const renewed = payload.expect == "refresh_once";
        CHECK(simulator.requests(Endpoint::token).size() == tokens + (renewed ? 2 : 1));
    }
}

TEST_CASE("every indexed answer of the token endpoint leads to the reaction that its index asks for")
{
    Stored stored;
    auto const old = refresh_token(stored.site);
    for (auto const& payload : indexed_payloads("token")) {
        CAPTURE(payload.file);
        stored.reset(payload);
        auto& simulator = stored.site.simulator;
        simulator.script(Endpoint::token, answer_of(payload), tries_allowed + 1);
        simulator.script(Endpoint::usage, answer(200, {}, documented_snapshot()));
        auto const before = simulator.requests(Endpoint::usage).size();
        check_reaction(stored, payload);
        auto const usage = simulator.requests(Endpoint::usage);
        auto const granted = reaction_to(payload).category.empty();
        CHECK(usage.size() == before + (granted ? 1 : 0));
        if (granted) CHECK(usage.back().value("Authorization") == "Bearer " + payload.field("access_token"));
        auto const rotated = payload.field("refresh_token");
        CHECK(refresh_token(stored.site) == (granted && !rotated.empty() ? rotated : old));
    }
}

TEST_CASE("the index has no kind of answer that is not tested, and the tables no file that it does not have")
{
    CHECK(indexed_kinds() == std::vector<std::string>{"api", "token", "device"});
    CHECK(unknown_exceptions() == std::vector<std::string>{});
    CHECK(indexed_payloads("api").size() + indexed_payloads("token").size() + indexed_payloads("device").size() == 88);
}

} // namespace usaged::test
