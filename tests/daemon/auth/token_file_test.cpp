#include "daemon/auth/token_file.h"
#include "daemon/fault/error.h"
#include "tests/support/freed_memory.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

/// JSON, as Entra ID sends them, with what has to be escaped in the file.
constexpr std::string_view claims = "{\"access_token\":\r\n\t{\"c\":\"\\u00e9\x01\"}}";

StoredToken token(std::string const& refresh_token)
{
    StoredToken out;
    out.refresh_token = Secret{refresh_token};
    out.authority = "https://login.example";
    out.tenant = "contoso.example";
    out.client_id = "client";
    out.obtained_at = "2026-07-01T00:00:00Z";
    out.redeemed_at = "2026-07-02T00:00:00Z";
    out.seed_fingerprint = "fingerprint";
    out.obtained_by = "login";
    out.claims = claims;
    return out;
}

std::ptrdiff_t files_in(fs::path const& directory)
{
    return std::distance(fs::directory_iterator{directory}, fs::directory_iterator{});
}

ErrorCategory category_of_failed_store(TokenFile const& file)
{
    try {
        file.store(token("new"));
    } catch (Error const& error) {
        CHECK(std::string{error.what()}.find(file.path().string()) != std::string::npos);
        return error.category();
    }
    FAIL_CHECK("was stored");
    return {};
}

} // namespace

TEST_CASE("a stored token is loaded with all that belongs to it")
{
    TempDir const dir;
    TokenFile const file{dir.path() / "refresh_token"};
    CHECK_FALSE(file.load());
    file.store(token("the-token"));
    auto const loaded = file.load();
    REQUIRE(loaded);
    CHECK(loaded->refresh_token.reveal() == "the-token");
    CHECK(loaded->authority == "https://login.example");
    CHECK(loaded->tenant == "contoso.example");
    CHECK(loaded->client_id == "client");
    CHECK(loaded->obtained_at == "2026-07-01T00:00:00Z");
    CHECK(loaded->redeemed_at == "2026-07-02T00:00:00Z");
    CHECK(loaded->seed_fingerprint == "fingerprint");
    CHECK(loaded->obtained_by == "login");
    CHECK(loaded->claims == claims);
}

TEST_CASE("a file of the first version, which knew neither how the token was obtained nor claims, is loaded")
{
    TempDir const dir;
    TokenFile const file{dir.path() / "refresh_token"};
    write_file(file.path(), R"({"authority": "a", "tenant": "t", "client_id": "c", "obtained_at": "o",
        "redeemed_at": "r", "seed_fingerprint": "", "refresh_token": "the-token"})");
    auto const loaded = file.load();
    REQUIRE(loaded);
    CHECK(loaded->refresh_token.reveal() == "the-token");
    CHECK(loaded->obtained_by.empty());
    CHECK(loaded->claims.empty());
}

TEST_CASE("storing and loading leave no copy of the token in freed memory, nor does a file that is refused")
{
    static constexpr std::string_view mark = "a-refresh-token-that-nobody-else-may-know";
    TempDir const dir;
    TokenFile const file{dir.path() / "refresh_token"};
    FreedMemory const freed{mark};
    file.store(token(std::string{mark}));
    {
        auto const loaded = file.load();
        CHECK(loaded->clone().refresh_token.reveal() == mark);
    }
    write_file(file.path(), R"({"refresh_token":")" + std::string{mark} + "\"}");
    auto const known = freed.found(); // of this test itself
    CHECK_THROWS_AS(file.load(), Error);
    CHECK(freed.found() == known);
}

TEST_CASE("a token with any visible character comes back as it was")
{
    TempDir const dir;
    TokenFile const file{dir.path() / "refresh_token"};
    std::string text;
    for (char c = '!'; c <= '~'; ++c) text += c;
    file.store(token(text));
    CHECK(file.load()->refresh_token.reveal() == text);
    file.store(token(std::string(65536, 'x')));
    CHECK(file.load()->refresh_token.reveal() == std::string(65536, 'x'));
}

TEST_CASE("a clone is the same token")
{
    auto const clone = token("the-token").clone();
    CHECK(clone.refresh_token.reveal() == "the-token");
    CHECK(clone.seed_fingerprint == "fingerprint");
    CHECK(clone.redeemed_at == "2026-07-02T00:00:00Z");
    CHECK(clone.obtained_by == "login");
    CHECK(clone.claims == claims);
}

TEST_CASE("nobody but the owner can read the file, and no other file is left beside it")
{
    TempDir const dir;
    TokenFile const file{dir.path() / "refresh_token"};
    for (int i = 0; i < 3; ++i) file.store(token("the-token"));
    CHECK(fs::status(file.path()).permissions() == fs::perms{0600});
    CHECK(files_in(dir.path()) == 1);
}

TEST_CASE("what a killed process left behind is replaced, not written through")
{
    TempDir const dir;
    TokenFile const file{dir.path() / "refresh_token"};
    write_file(dir.path() / "elsewhere", "untouched");
    fs::create_symlink(dir.path() / "elsewhere", dir.path() / "refresh_token.new");
    file.store(token("first"));
    write_file(dir.path() / "refresh_token.new", "half a tok", fs::perms{0644});
    file.store(token("second"));
    CHECK(file.load()->refresh_token.reveal() == "second");
    CHECK(fs::status(file.path()).permissions() == fs::perms{0600});
    CHECK(read_file(dir.path() / "elsewhere") == "untouched");
    CHECK(files_in(dir.path()) == 2);
}

TEST_CASE("a token that cannot be stored leaves the old one")
{
    TempDir const dir;
    TokenFile const file{dir.path() / "refresh_token"};
    file.store(token("old"));
    fs::create_directory(dir.path() / "refresh_token.new");
    CHECK(category_of_failed_store(file) == ErrorCategory::storage);
    CHECK(file.load()->refresh_token.reveal() == "old");
    fs::remove(dir.path() / "refresh_token.new");
    file.store(token("new"));
    CHECK(file.load()->refresh_token.reveal() == "new");
}

TEST_CASE("a failed store leaves no temporary file")
{
    TempDir const dir;
    fs::create_directories(dir.path() / "refresh_token" / "in the way");
    TokenFile const file{dir.path() / "refresh_token"};
    CHECK(category_of_failed_store(file) == ErrorCategory::storage);
    CHECK(files_in(dir.path()) == 1);
    CHECK(category_of_failed_store(TokenFile{dir.path() / "missing" / "refresh_token"}) == ErrorCategory::storage);
}

TEST_CASE("a file that is no whole token is refused, and nothing of it is told")
{
    TempDir const dir;
    TokenFile const file{dir.path() / "refresh_token"};
    file.store(token("SECRET"));
    auto const whole = read_file(file.path());
    auto empty = token("");
    file.store(empty);
    std::string const contents[] = {
        "",
        "\n",
        "SECRET",
        "[\"SECRET\"]",
        R"({"refresh_token":"SECRET"})",
        "{}",
        std::string(100, '\0'),
        read_file(file.path()),
        whole.substr(0, whole.size() / 2),
        whole + "SECRET",
        "\xFF\xFESECRET",
        whole + std::string(1 << 20, ' '),
    };
    for (auto const& content : contents) {
        CAPTURE(content.substr(0, 200));
        write_file(file.path(), content);
        try {
            file.load();
            FAIL_CHECK("was loaded");
        } catch (Error const& error) {
            CHECK(error.category() == ErrorCategory::config);
            CHECK(std::string{error.what()}.find("SECRET") == std::string::npos);
        }
    }
}

TEST_CASE("a path that is no file is refused")
{
    TempDir const dir;
    CHECK_THROWS_AS(TokenFile{dir.path()}.load(), Error);
    write_file(dir.path() / "file", "");
    CHECK_THROWS_AS(TokenFile{dir.path() / "file" / "refresh_token"}.load(), Error);
}

TEST_CASE("a fingerprint is the SHA-256 of the secret")
{
    CHECK(fingerprint(Secret{"abc"}) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(fingerprint(Secret{}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

} // namespace usaged::test
