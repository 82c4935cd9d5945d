#include "daemon/fault/error.h"
#include "daemon/secret/secret.h"
#include "tests/support/freed_memory.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <sys/stat.h>
#include <type_traits>

namespace usaged::test {
namespace {

using Kind = SecretSource::Kind;
constexpr std::filesystem::perms ours{0600};

class EnvironmentVariable {
public:
    EnvironmentVariable(std::string name, std::string const& value) : name_{std::move(name)}
    {
        ::setenv(name_.c_str(), value.c_str(), 1);
    }
    EnvironmentVariable(EnvironmentVariable const&) = delete;
    EnvironmentVariable& operator=(EnvironmentVariable const&) = delete;
    ~EnvironmentVariable() { ::unsetenv(name_.c_str()); }

private:
    std::string name_;
};

/// What the refusal of `source` says. Fails the test if it is not refused, or with another category than config.
std::string refusal(SecretSource const& source)
{
    try {
        read_secret(source, "the key");
    } catch (Error const& error) {
        CHECK(error.category() == ErrorCategory::config);
        return error.what();
    }
    FAIL_CHECK("was not refused");
    return {};
}

} // namespace

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

// What a move leaves behind is what is tested here.
// NOLINTBEGIN(bugprone-use-after-move)
TEST_CASE("a secret that is moved leaves nothing behind, short or long")
{
    for (std::string const text : {"short", "a secret that is longer than any string that is kept in place"}) {
        CAPTURE(text);
        Secret from{text};
        char const* const bytes = from.reveal().data();
        Secret const to{std::move(from)};
        CHECK(to.reveal() == text);
        CHECK(from.empty());
        CHECK(std::all_of(bytes, bytes + text.size(), [](char c) { return c == 0; }));
    }
}

TEST_CASE("assigning wipes what was there and what it came from")
{
    Secret from{"second"};
    Secret to{"first, which is the longer one"};
    to = std::move(from);
    CHECK(to.reveal() == "second");
    CHECK(from.empty());
    CHECK(std::string{to.reveal().data() + 6, 24}.find("which") == std::string::npos);
    auto& same = to;
    to = std::move(same);
    CHECK(to.reveal() == "second");
}
// NOLINTEND(bugprone-use-after-move)

TEST_CASE("a wiped text has neither length nor bytes")
{
    std::string text = "secret";
    char const* const bytes = text.data();
    wipe(text);
    CHECK(text.empty());
    CHECK(std::all_of(bytes, bytes + 6, [](char c) { return c == 0; }));
}

TEST_CASE("a secret is read from a file, a credential of systemd and an environment variable")
{
    TempDir const dir;
    write_file(dir.path() / "key", "from a file", ours);
    EnvironmentVariable const directory{"CREDENTIALS_DIRECTORY", dir.path().string()};
    EnvironmentVariable const variable{"USAGED_TEST_KEY", "from the environment"};
    CHECK(read_secret({Kind::file, (dir.path() / "key").string()}, "the key").reveal() == "from a file");
    CHECK(read_secret({Kind::credential, "key"}, "the key").reveal() == "from a file");
    CHECK(read_secret({Kind::env, "USAGED_TEST_KEY"}, "the key").reveal() == "from the environment");
}

TEST_CASE("one line break at the end is not part of a secret")
{
    struct Case {
        std::string_view content;
        std::string_view secret;
    };
    static constexpr Case cases[] = {
        {"key\n", "key"},   {"key\r\n", "key"},     {"key\n\n", "key\n"},   {" key ", " key "},
        {"key\r", "key\r"}, {"k\ne\ny", "k\ne\ny"}, {"key\n\r\n", "key\n"},
    };
    TempDir const dir;
    auto const file = dir.path() / "key";
    for (auto const& each : cases) {
        CAPTURE(each.content);
        write_file(file, each.content, ours);
        CHECK(read_secret({Kind::file, file.string()}, "the key").reveal() == each.secret);
    }
}

TEST_CASE("a secret of 64 KiB is read, a longer one refused")
{
    TempDir const dir;
    auto const file = dir.path() / "key";
    write_file(file, std::string(65536, 'x'), ours);
    CHECK(read_secret({Kind::file, file.string()}, "the key").reveal().size() == 65536);
    write_file(file, std::string(65537, 'x'), ours);
    CHECK(refusal({Kind::file, file.string()}).find("larger than 64 KiB") != std::string::npos);
}

TEST_CASE("a file is read whole, whoever else may read it if that is no fault")
{
    TempDir const dir;
    auto const file = dir.path() / "certificate";
    write_file(file, "text\n", std::filesystem::perms{0644});
    CHECK(read_file(file, "the file", Readers::anybody).reveal() == "text\n");
    CHECK_THROWS_WITH_AS(read_file(file, "the file", Readers::owner_and_group),
                         doctest::Contains("can be read by every user"), Error);
    CHECK_THROWS_WITH_AS(read_file(file, "the file", Readers::anybody, 4), doctest::Contains("is larger than"), Error);
    write_file(file, "", ours);
    CHECK(read_file(file, "the file", Readers::owner_and_group).empty());
    CHECK_THROWS_WITH_AS(read_file(dir.path(), "the file", Readers::anybody),
                         doctest::Contains("is not a regular file"), Error);
}

TEST_CASE("reading a file leaves no copy of the secret in freed memory, whether it is taken or too long")
{
    static constexpr std::string_view mark = "what nobody else may know";
    TempDir const dir;
    auto const file = dir.path() / "key";
    for (std::size_t const size : {100u, 9000u, 65536u, 65537u}) {
        CAPTURE(size);
        write_file(file, std::string{mark} + std::string(size - mark.size(), 'x'), ours);
        FreedMemory const freed{mark};
        if (size > 65536)
            CHECK_THROWS_AS(read_secret({Kind::file, file.string()}, "the key"), Error);
        else
            CHECK_FALSE(read_secret({Kind::file, file.string()}, "the key").empty());
        CHECK(freed.found() == 0);
    }
}

TEST_CASE("a file that every user can read or write is refused, one of its group is not")
{
    TempDir const dir;
    auto const file = dir.path() / "key";
    for (unsigned const mode : {0644U, 0604U, 0602U, 0666U}) {
        CAPTURE(mode);
        write_file(file, "key", std::filesystem::perms{mode});
        CHECK(refusal({Kind::file, file.string()}).find("every user") != std::string::npos);
    }
    for (unsigned const mode : {0600U, 0400U, 0640U}) {
        CAPTURE(mode);
        std::filesystem::remove(file); // only root could write it again after 0400
        write_file(file, "key", std::filesystem::perms{mode});
        CHECK(read_secret({Kind::file, file.string()}, "the key").reveal() == "key");
    }
}

TEST_CASE("systemd protects its credentials itself, whatever their mode looks like")
{
    TempDir const dir;
    write_file(dir.path() / "key", "key", std::filesystem::perms{0444});
    EnvironmentVariable const directory{"CREDENTIALS_DIRECTORY", dir.path().string()};
    CHECK(read_secret({Kind::credential, "key"}, "the key").reveal() == "key");
}

TEST_CASE("a secret that is missing or empty is refused with the name of its key")
{
    TempDir const dir;
    EnvironmentVariable const nothing{"USAGED_TEST_EMPTY", ""};
    write_file(dir.path() / "empty", "", ours);
    write_file(dir.path() / "line", "\r\n", ours);
    REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
    SecretSource const sources[] = {
        {Kind::file, (dir.path() / "missing").string()},
        {Kind::file, (dir.path() / "empty").string()},
        {Kind::file, (dir.path() / "line").string()},
        {Kind::file, dir.path().string()},
        {Kind::file, "/dev/null"},
        {Kind::env, "USAGED_TEST_EMPTY"},
        {Kind::env, "USAGED_TEST_NOT_SET"},
        {Kind::credential, "key"},
        {Kind::none, ""},
        {Kind::file, (dir.path() / "fifo").string()},
    };
    for (auto const& source : sources) {
        CAPTURE(to_string(source));
        CHECK(refusal(source).starts_with("the key: "));
    }
    EnvironmentVariable const directory{"CREDENTIALS_DIRECTORY", dir.path().string()};
    CHECK(refusal({Kind::credential, "key"}) == "the key: systemd passed no credential named key");
}

TEST_CASE("a credential whose file was missing is refused with the command that makes it")
{
    TempDir const dir;
    write_file(dir.path() / "key", "\n", ours);
    EnvironmentVariable const directory{"CREDENTIALS_DIRECTORY", dir.path().string()};
    try {
        read_secret({Kind::credential, "key"}, "the key");
        FAIL("an empty line is no secret");
    } catch (Error const& error) {
        CHECK(std::string{error.what()} == "the key: {credential: key} is empty");
        CHECK(error.remedy().ends_with("sudo install -m 0600 /dev/stdin /etc/usaged/key"));
    }
}

TEST_CASE("a text is wiped at the end of its block, however that is left")
{
    std::string text = "a secret that is longer than a short string";
    auto const* const bytes = text.data();
    try {
        WipeAtEnd const wiped{text};
        CHECK(text.starts_with("a secret"));
        throw 1;
    } catch (int) {
        CHECK(text.empty());
        CHECK(std::string_view{bytes, 8} == std::string_view{"\0\0\0\0\0\0\0\0", 8});
    }
}

TEST_CASE("a source is shown as people write it")
{
    CHECK(to_string(SecretSource{Kind::file, "/etc/key"}) == "{file: /etc/key}");
    CHECK(to_string(SecretSource{Kind::credential, "key"}) == "{credential: key}");
    CHECK(to_string(SecretSource{Kind::env, "KEY"}) == "{env: KEY}");
    CHECK(to_string(SecretSource{}) == "not set");
}

} // namespace usaged::test
