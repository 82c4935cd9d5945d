#include "tests/boot/service.h"

#include <doctest/doctest.h>

namespace usaged::test {

TEST_CASE("a committed snapshot is an entry of the journal with fields to search by")
{
    InstalledService const installed;
    auto const& service = installed.service;
    service.start();
    auto entry = service.wait_for_log("snapshot_committed");
    CHECK(entry["PRIORITY"] == "6");
    CHECK(entry["SYSLOG_IDENTIFIER"] == "usaged");
    CHECK(entry["USAGED_EVENT"] == "snapshot_committed");
    CHECK(entry["USAGED_DATASET"] == "partner_licenses_usage");
    CHECK(entry["USAGED_POLL_ID"] == service.query("SELECT max(id) FROM poll").front());
    CHECK(entry["USAGED_ROWS"] == "5");
    CHECK(installed.system.must("journalctl --quiet --output=cat USAGED_EVENT=snapshot_committed") ==
          entry["MESSAGE"] + '\n');
}

TEST_CASE("a failed poll is an error in the journal, with the ids that Microsoft's support asks for")
{
    InstalledService installed{{{"retry.failed_poll", "{initial: 1h, max: 1h}"}}};
    auto const& service = installed.service;
    installed.simulator.script(Endpoint::usage, answer(404));
    service.start();
    auto entry = service.wait_for_log("poll_failed");
    auto const request = installed.simulator.requests(Endpoint::usage).front();
    CHECK(entry["PRIORITY"] == "3");
    CHECK(entry["USAGED_EVENT"] == "poll_failed");
    CHECK(entry["USAGED_DATASET"] == "partner_licenses_usage");
    CHECK(entry["USAGED_POLL_ID"] == service.query("SELECT max(id) FROM poll").front());
    CHECK(entry["USAGED_CATEGORY"] == "http");
    CHECK(entry["USAGED_ENDPOINT"] == "usage");
    CHECK(entry["USAGED_HTTP_STATUS"] == "404");
    CHECK_FALSE(entry["USAGED_REMEDY"].empty());
    CHECK(std::vector{entry["MS_REQUEST_ID"]} == request.values("MS-RequestId"));
    CHECK(std::vector{entry["MS_CORRELATION_ID"]} == request.values("MS-CorrelationId"));
}

} // namespace usaged::test
