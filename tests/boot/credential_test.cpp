#include "tests/boot/service.h"
#include "tests/process/history_rows.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

KeyedCertificate application_certificate()
{
    CertificateOptions wanted;
    wanted.common_name = "usaged";
    wanted.rsa_bits = 2048;
    return self_sign(wanted);
}

} // namespace

TEST_CASE("the service reads its secrets from credentials, out of files that its user cannot read")
{
    InstalledService const installed;
    CHECK(installed.system.must("stat --format='%a %U:%G' /etc/usaged/client_secret") == "600 root:root\n");
    CHECK(installed.system.run("runuser -u usaged -- cat /etc/usaged/client_secret").status != 0);
    installed.service.start();
    installed.service.wait_for_log("snapshot_committed");
}

TEST_CASE("a missing credential is named, together with what to do, and the service is not started again")
{
    InstalledService const installed;
    auto const& service = installed.service;
    installed.system.must("mv /etc/usaged/client_secret /root/");
    CHECK(service.systemctl("start").status != 0);
    CHECK(service.property("ActiveState") == "failed");
    CHECK(service.property("ExecMainStatus") == "78");
    service.wait_for_log("client_secret");
    installed.system.must("mv /root/client_secret /etc/usaged/");
    service.start();
    service.wait_for_log("snapshot_committed");
}

TEST_CASE("credentials that the configuration does not use may be missing")
{
    SimulatorOptions options;
    options.public_client = true;
    InstalledService const installed{{{"partner_center.client_secret", ""}}, options};
    CHECK(installed.system.must("ls /etc/usaged") == "ca.pem\nrefresh_token\nusaged.yaml\n");
    installed.service.start();
    installed.service.wait_for_log("snapshot_committed");
}

TEST_CASE("the key of the application's certificate can be a credential")
{
    auto const application = application_certificate();
    SimulatorOptions options;
    options.client_certificate = application.certificate_pem;
    options.client_key = application.key_pem;
    InstalledService const installed{
        {{"partner_center.client_secret", ""},
         {"partner_center.certificate", "{file: /etc/usaged/app.pem, key: {credential: app_key}}"}},
        options};
    write_file(installed.system.path("/etc/usaged/app.pem"), application.certificate_pem);
    write_file(installed.system.path("/etc/usaged/app_key"), application.key_pem, std::filesystem::perms{0600});
    installed.service.start();
    installed.service.wait_for_log("snapshot_committed");
    CHECK(installed.service.stored_rows() == history_rows(installed.simulator, 0));
}

} // namespace usaged::test
