#include "tests/boot/service.h"
#include "tests/process/history_rows.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

SimulatorOptions another_partner()
{
    SimulatorOptions options;
    options.seed = 2;
    return options;
}

} // namespace

TEST_CASE("two instances of the template run side by side, each with its own configuration, state and credentials")
{
    BootedSystem const system{Root::installed};
    Simulator contoso_simulator;
    Simulator fabrikam_simulator{another_partner()};
    Service const contoso{system, contoso_simulator, "contoso"};
    Service const fabrikam{system, fabrikam_simulator, "fabrikam"};
    contoso.configure();
    fabrikam.configure();
    contoso_simulator.advance(3);
    system.must("systemctl enable --now usaged@contoso usaged@fabrikam");
    contoso.wait_for_log("snapshot_committed");
    fabrikam.wait_for_log("snapshot_committed");
    CHECK(contoso.polls() == Lines{"startup|ok|"});
    CHECK(fabrikam.polls() == Lines{"startup|ok|"});
    CHECK(fabrikam.stored_rows() == history_rows(fabrikam_simulator, 0));
    CHECK(contoso.stored_rows() != fabrikam.stored_rows());
    CHECK(contoso_simulator.requests(Endpoint::usage).size() == 1);
    CHECK(fabrikam_simulator.requests(Endpoint::usage).size() == 1);
    CHECK(system.must("stat --format='%a %U:%G' /var/lib/usaged/contoso") == "750 usaged:usaged\n");
    CHECK(contoso.systemctl("stop").status == 0);
    CHECK(fabrikam.property("ActiveState") == "active");
    CHECK(system.must("systemctl --failed --plain --no-legend").empty());
    check_secrets(system, contoso_simulator, contoso);
    check_secrets(system, fabrikam_simulator, fabrikam);
}

} // namespace usaged::test
