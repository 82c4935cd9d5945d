#include "tests/simulator/id_token.h"

#include "tests/simulator/base64url.h"
#include "tests/simulator/json_text.h"

namespace usaged::test {

std::string make_id_token(Person const& person, std::string const& client_id, EntraCall const& call)
{
    auto const v1 = call.endpoint.version == EntraVersion::v1;
    auto const now = std::chrono::system_clock::to_time_t(call.now);
    auto const* const user_name = v1 ? R"(,"upn":)" : R"(,"preferred_username":)";
    auto const claims = R"({"aud":)" + json_text(client_id) + R"(,"iat":)" + std::to_string(now) + R"(,"exp":)" +
                        std::to_string(now + 3600) + R"(,"name":)" + json_text(person.name) + user_name +
                        json_text(person.user_name) + R"(,"oid":"00000000-0000-0000-0000-00000000cccc","tid":)" +
                        json_text(call.endpoint.tenant) + R"(,"ver":)" + (v1 ? R"("1.0"})" : R"("2.0"})");
    return base64url(R"({"typ":"JWT","alg":"RS256","kid":"simulated"})") + '.' + base64url(claims) + '.' +
           base64url(random_token({}) + random_token({}));
}

} // namespace usaged::test
