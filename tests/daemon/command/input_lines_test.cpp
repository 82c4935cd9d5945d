#include "daemon/command/input_lines.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <thread>
#include <unistd.h>
#include <vector>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

struct Descriptor {
    explicit Descriptor(int number) : value{number} {}
    explicit Descriptor(std::filesystem::path const& file) : value{::open(file.c_str(), O_RDONLY | O_CLOEXEC)} {}
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor() { close(); }

    void close()
    {
        if (value >= 0) ::close(value);
        value = -1;
    }
    void write(std::string_view text) const
    {
        REQUIRE(::write(value, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }

    int value;
};

struct Pipe {
    Pipe() : Pipe{make()} {}
    explicit Pipe(std::array<int, 2> ends) : reader{ends[0]}, writer{ends[1]} {}
    static std::array<int, 2> make()
    {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        return ends;
    }

    Descriptor reader;
    Descriptor writer;
};

boost::asio::awaitable<Lines> read_all(InputLines& lines)
{
    Lines all;
    while (auto line = co_await lines.next()) all.push_back(*line);
    co_return all;
}

Lines lines_of(int descriptor)
{
    boost::asio::io_context io;
    InputLines lines{io.get_executor(), descriptor};
    return run_coroutine(io, read_all(lines));
}

Lines lines_of_file(std::string const& content)
{
    TempDir const directory;
    write_file(directory.path() / "input", content);
    Descriptor const file{directory.path() / "input"};
    return lines_of(file.value);
}

} // namespace

TEST_CASE("lines come without their ends, and empty ones not at all")
{
    CHECK(lines_of_file("one\ntwo\r\n\n\r\nthree") == Lines{"one", "two", "three"});
    CHECK(lines_of_file("") == Lines{});
    CHECK(lines_of_file("\n") == Lines{});
}

TEST_CASE("lines longer than a chunk are read, absurdly long ones are not")
{
    std::string const longest(60'000, 'x');
    CHECK(lines_of_file(longest + "\nnext\n") == Lines{longest, "next"});
    auto const lines = lines_of_file(std::string(1'000'000, 'x') + "\nnext\n");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].size() < 100'000);
    CHECK(lines[1] == "next");
}

TEST_CASE("a pipe is waited for until it is closed")
{
    Pipe pipe;
    std::thread writer{[&pipe] {
        pipe.writer.write("one\ntw");
        pipe.writer.write("o\n");
        pipe.writer.close();
    }};
    auto const lines = lines_of(pipe.reader.value);
    writer.join();
    CHECK(lines == Lines{"one", "two"});
}

TEST_CASE("the descriptor stays as blocking as it was")
{
    Pipe pipe;
    pipe.writer.write("one\n");
    pipe.writer.close();
    lines_of(pipe.reader.value);
    CHECK((::fcntl(pipe.reader.value, F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("where there is nothing to read there are no lines")
{
    CHECK(lines_of(Descriptor{std::filesystem::path{"/dev/null"}}.value) == Lines{});
    CHECK(lines_of(Descriptor{std::filesystem::path{"/"}}.value) == Lines{});
    CHECK(lines_of(-1) == Lines{});
}

} // namespace usaged::test
