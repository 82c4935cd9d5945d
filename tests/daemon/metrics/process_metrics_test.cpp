#include "daemon/metrics/metrics.h"
#include "tests/daemon/metrics/sample.h"

#include <doctest/doctest.h>

#include <chrono>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace usaged::test {
namespace {

double now_of_process(std::string const& series)
{
    Metrics const metrics{"1"};
    auto const value = sample(metrics.text({}), series);
    REQUIRE(value);
    return *value;
}

double unix_time()
{
    return std::chrono::duration<double>{std::chrono::system_clock::now().time_since_epoch()}.count();
}

} // namespace

TEST_CASE("open files of the process are counted")
{
    auto const before = now_of_process("process_open_fds");
    int const file = ::open("/dev/null", O_RDONLY);
    CHECK(now_of_process("process_open_fds") == before + 1);
    ::close(file);
    CHECK(now_of_process("process_open_fds") == before);
    CHECK(now_of_process("process_max_fds") > before);
}

TEST_CASE("threads of the process are counted")
{
    auto const before = now_of_process("process_threads");
    double during = 0;
    std::thread{[&during] { during = now_of_process("process_threads"); }}.join();
    CHECK(during == before + 1);
}

TEST_CASE("time and memory of the process are in seconds and bytes")
{
    auto const started = now_of_process("process_start_time_seconds");
    CHECK(started == now_of_process("process_start_time_seconds")); // a change would count as a restart
    CHECK(started <= unix_time() + 1);
    CHECK(started > unix_time() - 3600); // no test runs for an hour
    auto const resident = now_of_process("process_resident_memory_bytes");
    CHECK(resident > (1 << 20));
    CHECK(now_of_process("process_virtual_memory_bytes") > resident);
    auto const spent = now_of_process("process_cpu_seconds_total");
    CHECK(spent >= 0);
    CHECK(spent < 3600);
}

} // namespace usaged::test
