#include "daemon/metrics/process_families.h"

#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace usaged {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily family(std::string name, std::string help, MetricType type, double value)
{
    ClientMetric metric;
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    return {std::move(name), std::move(help), type, {metric}};
}

MetricFamily gauge(std::string name, std::string help, double value)
{
    return family(std::move(name), std::move(help), MetricType::Gauge, value);
}

/// Of /proc/self/stat, what comes after the name of the program, which may hold anything: the third field is the first.
std::vector<double> stat_fields()
{
    std::ifstream file{"/proc/self/stat"};
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    auto const end_of_name = text.rfind(')');
    if (end_of_name == std::string::npos) return {};
    std::istringstream rest{text.substr(end_of_name + 1)};
    std::string state;
    rest >> state;
    std::vector<double> fields{0};
    for (double value = 0; rest >> value;) fields.push_back(value);
    return fields;
}

double seconds_of(clockid_t clock)
{
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Worked out once: anew it would differ by fractions of a second, which counts as a restart.
double start_of_process(double seconds_after_boot)
{
    static double const start = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + seconds_after_boot;
    return start;
}

void add_stat(std::vector<MetricFamily>& families)
{
    // Their numbers in proc(5).
    constexpr std::size_t user_time = 14;
    constexpr std::size_t system_time = 15;
    constexpr std::size_t threads = 20;
    constexpr std::size_t start_time = 22;
    constexpr std::size_t virtual_size = 23;
    constexpr std::size_t resident_pages = 24;
    constexpr std::size_t first = 3;
    auto const fields = stat_fields();
    if (fields.size() <= resident_pages - first) return;
    auto const field = [&fields](std::size_t number) { return fields[number - first]; };
    auto const ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    auto const page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    families.push_back(family("process_cpu_seconds_total", "User and system CPU time.", MetricType::Counter,
                              (field(user_time) + field(system_time)) / ticks));
    families.push_back(gauge("process_threads", "Number of threads.", field(threads)));
    families.push_back(gauge("process_start_time_seconds", "When the process was started, in Unix time.",
                             start_of_process(field(start_time) / ticks)));
    families.push_back(gauge("process_virtual_memory_bytes", "Size of virtual memory.", field(virtual_size)));
    families.push_back(
        gauge("process_resident_memory_bytes", "Size of resident memory.", field(resident_pages) * page));
}

void add_descriptors(std::vector<MetricFamily>& families)
{
    std::error_code error;
    int open = -1; // one of them is that of the directory itself
    std::filesystem::directory_iterator entry{"/proc/self/fd", error};
    for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) ++open;
    if (!error) families.push_back(gauge("process_open_fds", "Number of open file descriptors.", open));
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        families.push_back(
            gauge("process_max_fds", "Most file descriptors that may be open.", static_cast<double>(limit.rlim_cur)));
}

} // namespace

std::vector<MetricFamily> process_families()
{
    std::vector<MetricFamily> families;
    add_stat(families);
    add_descriptors(families);
    return families;
}

} // namespace usaged
