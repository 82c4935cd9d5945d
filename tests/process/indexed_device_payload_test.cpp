#include "tests/process/payload_reactions.h"
#include "tests/process/sign_in.h"
#include "tests/simulator/form.h"

#include <doctest/doctest.h>

#include <list>

namespace usaged::test {
namespace {

std::map<std::string, std::string> settings_for(IndexedPayload const& payload)
{
    auto settings = without_seed;
    settings["partner_center.token_endpoint"] = payload.endpoint_version();
    return settings;
}

SimulatorOptions quick()
{
    SimulatorOptions options;
    options.device_code_interval = std::chrono::seconds{1};
    return options;
}

/// `usaged login --device-code` that meets the payload, and after that a person who has signed in.
struct DeviceLoginRun {
    explicit DeviceLoginRun(IndexedPayload const& of) : payload{of}, site{settings_for(of), quick()}, process{start()}
    {
    }

    UsagedProcess start()
    {
        auto const granted = read_file(USAGED_TEST_DATA "/token-v2-success.json");
        auto const first = payload.endpoint.ends_with("/devicecode") ? Endpoint::device_code : Endpoint::token;
        site.simulator.script(first, answer(payload.status, payload.headers, payload.body));
        site.simulator.script(Endpoint::token, answer(200, {}, granted));
        site.simulator.script(Endpoint::usage, answer(200, {{"isMfaCompliant", "true"}}));
        return site.start({"login", "--device-code", "--log-level", "trace"});
    }

    IndexedPayload payload;
    Installation site;
    UsagedProcess process;
};

/// What the person is shown, and what is redeemed when the person has signed in.
void check_code(DeviceLoginRun const& run, Ended const& ended)
{
    auto const code = run.payload.field("device_code");
    if (code.empty()) return;
    CHECK(ended.output.find(run.payload.field("user_code")) != std::string::npos);
    auto const page = run.payload.field("verification_uri") + run.payload.field("verification_url");
    CHECK(ended.output.find(page) != std::string::npos);
    for (auto const& request : run.site.simulator.requests(Endpoint::token))
        CHECK(parse_form(request.body).value().at("device_code") == code);
}

void check_run(DeviceLoginRun& run)
{
    auto const reaction = reaction_to(run.payload);
    auto const ended = run.process.wait();
    CAPTURE(ended.output);
    CAPTURE(ended.log);
    CHECK(ended.status == reaction.exit_status);
    CHECK(run.site.simulator.requests(Endpoint::device_code).size() == 1);
    CHECK(run.site.simulator.requests(Endpoint::token).size() == static_cast<std::size_t>(reaction.tries));
    CHECK(std::filesystem::exists(run.site.state() / "refresh_token") == (reaction.exit_status == 0));
    check_code(run, ended);
    for (auto const& text : private_texts(run.payload)) CHECK(ended.log.find(text) == std::string::npos);
    if (reaction.exit_status != 0)
        for (auto const& text : support_texts(run.payload)) CHECK(ended.log.find(text) != std::string::npos);
}

} // namespace

TEST_CASE("every indexed answer to a sign-in by device code leads to the reaction that its index asks for")
{
    // Side by side, because the answers say how many seconds to wait.
    std::list<DeviceLoginRun> runs;
    for (auto const& payload : indexed_payloads("device")) runs.emplace_back(payload);
    for (auto& run : runs) {
        CAPTURE(run.payload.file);
        check_run(run);
    }
}

} // namespace usaged::test
