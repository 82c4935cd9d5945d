#include "tests/daemon/auth/token_fixture.h"

namespace usaged::test {

std::string granted(std::string const& access_token, std::string const& refresh_token, int lifetime,
                    std::string const& members)
{
    auto const rotated = refresh_token.empty() ? "" : R"(,"refresh_token":")" + refresh_token + "\"";
    return R"({"token_type":"Bearer","expires_in":)" + std::to_string(lifetime) + R"(,"access_token":")" +
           access_token + "\"" + rotated + members + "}";
}

TokenFixture::TokenFixture()
{
    settings.authority = "https://login.example";
    settings.tenant = "contoso.example";
    settings.client_id = "client-1";
    settings.audience = "https://api.example";
    settings.client_secret = secret("client_secret", "client secret+1");
    settings.refresh_token = secret("seed", "seed-1");
}

SecretSource TokenFixture::secret(std::string const& name, std::string const& content) const
{
    write_file(dir.path() / name, content, std::filesystem::perms{0600});
    return {SecretSource::Kind::file, (dir.path() / name).string()};
}

TokenSource TokenFixture::make()
{
    auto const observe = [this](std::string_view event, std::string const& detail) {
        events.emplace_back(event);
        details += detail + "\n";
        if (broken_observer) throw Error{ErrorCategory::storage, "the database is locked"};
    };
    return TokenSource{settings, file, clock, observe};
}

Error TokenFixture::failure(TokenSource& source)
{
    try {
        token(source);
    } catch (Error const& error) {
        details += std::string{error.what()} + "\n" + error.remedy() + "\n";
        return error;
    }
    FAIL("a token came");
    return Error{{}, {}};
}

std::string TokenFixture::sent(std::size_t number, std::string_view field) const
{
    auto const form = "&" + transport.requests.at(number).body;
    auto const name = "&" + std::string{field} + "=";
    auto const from = form.find(name);
    if (from == std::string::npos) return {};
    auto const value = from + name.size();
    return form.substr(value, form.find('&', value) - value);
}

StoredToken TokenFixture::stored(std::string const& refresh_token, std::string const& seed) const
{
    StoredToken token;
    token.refresh_token = Secret{refresh_token};
    token.authority = settings.authority;
    token.tenant = settings.tenant;
    token.client_id = settings.client_id;
    token.obtained_at = "then";
    token.redeemed_at = "later";
    token.seed_fingerprint = seed.empty() ? seed : fingerprint(Secret{seed});
    token.obtained_by = "seed";
    return token;
}

} // namespace usaged::test
