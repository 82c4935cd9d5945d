#include "daemon/login/device_answer.h"

#include "daemon/auth/secret_json.h"
#include "daemon/fault/error.h"
#include "daemon/fault/text.h"

#include <algorithm>

namespace usaged {

namespace {

using std::chrono::seconds;

Error malformed(std::string const& reason)
{
    return Error{ErrorCategory::protocol, "the answer of the device code endpoint is not usable: " + reason,
                 "Check that partner_center.authority is that of your cloud."};
}

std::string shown(SecretJson const& json, std::string_view name)
{
    return printable(json.text(name).value_or(""));
}

seconds between(std::optional<std::int64_t> value, seconds missing, seconds most)
{
    return value.value_or(0) <= 0 ? missing : std::min(seconds{*value}, most);
}

} // namespace

DeviceCode read_device_answer(std::string const& body)
{
    SecretJson const json{body};
    if (!json.valid()) throw malformed("it is not a JSON object");
    DeviceCode code;
    code.device_code = Secret{std::string{json.text("device_code").value_or("")}};
    code.user_code = shown(json, "user_code");
    code.verification_uri = shown(json, "verification_uri");
    if (code.verification_uri.empty()) code.verification_uri = shown(json, "verification_url");
    if (code.device_code.empty() || code.user_code.empty()) throw malformed("it has no code");
    if (code.verification_uri.empty()) throw malformed("it names no page to sign in at");
    code.expires_in = between(json.number("expires_in"), code.expires_in, std::chrono::hours{1});
    code.interval = between(json.number("interval"), code.interval, std::chrono::minutes{1});
    return code;
}

} // namespace usaged
