#include "tests/benchmark/cases.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

using usaged::test::Figure;

struct Arguments {
    std::vector<std::size_t> rows{1'000, 100'000, 1'000'000};
    std::size_t repeat = 5;
    std::filesystem::path directory = ".";
    bool json = false;
};

void add_options(CLI::App& app, Arguments& arguments)
{
    app.add_option("--rows", arguments.rows, "Rows of the snapshot; repeatable")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--repeat", arguments.repeat, "Rounds, of which the median is shown")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--directory", arguments.directory, "Where a folder for the databases is made")
        ->capture_default_str()
        ->check(CLI::ExistingDirectory);
    app.add_flag("--json", arguments.json, "One JSON object a figure and line");
}

/// A folder of its own in `parent`, removed with all that is in it.
class Workplace {
public:
    explicit Workplace(std::filesystem::path const& parent)
    {
        auto pattern = (parent / "usaged-benchmark-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{pattern + " cannot be made"};
        path_ = pattern;
    }
    Workplace(Workplace const&) = delete;
    Workplace& operator=(Workplace const&) = delete;
    ~Workplace()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

void print_json(std::size_t snapshot_rows, Figure const& figure)
{
    std::printf(
        R"({"snapshot_rows":%zu,"name":"%s","rows":%zu,"seconds":%.6f,"cpu_seconds":%.6f,"speed":%.3f,"compared_with":"%s",)"
        R"("peak_memory":%lld)",
        snapshot_rows, figure.name.c_str(), figure.rows, figure.seconds, figure.cpu_seconds, figure.speed,
        figure.compared_with.c_str(), static_cast<long long>(figure.peak_memory));
    if (figure.bytes_per_row) std::printf(R"(,"bytes_per_row":%.1f)", *figure.bytes_per_row);
    if (figure.changed_pages) std::printf(R"(,"changed_pages":%.0f)", *figure.changed_pages);
    std::printf("}\n");
}

void print_table(std::size_t snapshot_rows, std::vector<Figure> const& figures)
{
    std::printf("%zu rows\n%-34s %10s %10s %10s %7s  %-30s %9s %10s %13s\n", snapshot_rows, "", "rows/s", "ms",
                "CPU ms", "speed", "compared with", "peak MiB", "bytes/row", "pages changed");
    for (auto const& figure : figures) {
        std::printf("%-34s %10.0f %10.2f %10.2f %6.2fx  %-30s %9.1f", figure.name.c_str(),
                    static_cast<double>(figure.rows) / figure.seconds, figure.seconds * 1000, figure.cpu_seconds * 1000,
                    figure.speed, figure.compared_with.c_str(),
                    static_cast<double>(figure.peak_memory) / (1024.0 * 1024.0));
        if (figure.bytes_per_row) std::printf(" %10.1f", *figure.bytes_per_row);
        if (figure.changed_pages) std::printf(" %13.0f", *figure.changed_pages);
        std::printf("\n");
    }
    std::printf("\n");
}

void run(Arguments const& arguments)
{
    Workplace const workplace{arguments.directory};
    for (auto const rows : arguments.rows) {
        auto const figures = usaged::test::run_cases(rows, arguments.repeat, workplace.path());
        if (arguments.json)
            for (auto const& figure : figures) print_json(rows, figure);
        else
            print_table(rows, figures);
        std::fflush(stdout);
    }
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"What usaged costs beside a bare program for the same task"};
    Arguments arguments;
    add_options(app, arguments);
    CLI11_PARSE(app, argc, argv);
    try {
        run(arguments);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "usaged-benchmark: %s\n", error.what());
        return 1;
    }
}
