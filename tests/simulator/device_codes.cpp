#include "tests/simulator/device_codes.h"

#include "tests/simulator/api_names.h"
#include "tests/simulator/json_text.h"

#include <cctype>
#include <stdexcept>

namespace usaged::test {
namespace {

constexpr std::chrono::seconds lifetime{900};

Refusal bad_request(std::string error, int code, std::string text)
{
    return {400, std::move(error), code, std::move(text)};
}

/// Nine capital letters and digits, as a person types them.
std::string make_user_code()
{
    std::string code;
    for (auto const c : random_token({}).substr(0, 9))
        code += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return code;
}

/// The v1 endpoint writes numbers as text.
std::string number(std::chrono::seconds value, EntraVersion version)
{
    auto const digits = std::to_string(value.count());
    return version == EntraVersion::v1 ? json_text(digits) : digits;
}

} // namespace

Answer DeviceCodes::issue(EntraCall const& call, Granted granted)
{
    auto const version = call.endpoint.version;
    auto const v1 = version == EntraVersion::v1;
    std::string const uri = v1 ? "https://aka.ms/devicelogin" : "https://microsoft.com/devicelogin";
    auto const device_code = secrets_.issue("SIMULATED-DEVICE-");
    auto const user_code = make_user_code();
    codes_[device_code] = Code{user_code, granted, call.now + lifetime};
    auto body = R"({"user_code":)" + json_text(user_code) + R"(,"device_code":)" + json_text(device_code) +
                (v1 ? R"(,"verification_url":)" : R"(,"verification_uri":)") + json_text(uri) + R"(,"expires_in":)" +
                number(lifetime, version) + R"(,"interval":)" + number(interval_, version) + R"(,"message":)" +
                json_text("To sign in, use a web browser to open the page " + uri + " and enter the code " + user_code +
                          " to authenticate.") +
                '}';
    return {200, entra_headers(random_guid(), call), std::move(body)};
}

std::variant<Granted, Refusal> DeviceCodes::redeem(FormFields const& fields, EntraVersion version, Time now)
{
    auto const v1 = version == EntraVersion::v1;
    // The v1 endpoint was made before the name was settled (ADAL).
    auto const text = field_of(fields, v1 && fields.contains("code") ? "code" : "device_code");
    if (text.empty()) return missing("device_code");
    auto const found = codes_.find(text);
    if (found == codes_.end()) return bad_request("bad_verification_code", 70018, "Invalid verification code.");
    auto& code = found->second;
    if (code.state == State::used) return bad_request("invalid_grant", 54005, "The code was already redeemed.");
    if (code.state == State::declined)
        return bad_request("authorization_declined", 70017, "The end user denied the authorization request.");
    if (now >= code.expires && v1) return bad_request("code_expired", 70019, "Verification code expired.");
    if (now >= code.expires) return bad_request("expired_token", 70020, "The device code has expired.");
    if (code.state == State::pending)
        return bad_request("authorization_pending", 70016, "Authorization is pending. Continue polling.");
    code.state = State::used;
    return code.granted;
}

DeviceCodes::Code& DeviceCodes::find(std::string const& user_code)
{
    for (auto& [device_code, code] : codes_)
        if (code.user_code == user_code) return code;
    throw std::invalid_argument{"no device code was handed out with the user code " + user_code};
}

} // namespace usaged::test
