#include "tests/benchmark/paged_case.h"
#include "tests/support/temp_dir.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

namespace {

using usaged::test::PagedFigure;
using usaged::test::ServedPages;

struct Arguments {
    std::vector<std::size_t> rows{25'000, 1'000'000, 3'000'000};
    std::size_t page_rows = 10'000;
    std::size_t repeat = 5;
    usaged::test::PagedPrograms programs{USAGED_PROGRAM, USAGED_PAGED_FLOOR};
};

void add_options(CLI::App& app, Arguments& arguments)
{
    app.add_option("--rows", arguments.rows, "Rows of the snapshot; repeatable")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--page-rows", arguments.page_rows, "Rows of a page")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    app.add_option("--repeat", arguments.repeat, "Rounds, of which the median is shown")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--program", arguments.programs.usaged, "The usaged to measure")
        ->capture_default_str()
        ->check(CLI::ExistingFile);
}

void print(ServedPages const& served, std::vector<PagedFigure> const& figures)
{
    std::printf("%zu rows in pages of %zu, %s\n%-26s %10s %9s %9s %8s %9s %10s %7s %14s\n", served.rows,
                served.page_rows, served.gzip ? "gzip" : "plain", "", "rows/s", "s", "CPU s", "speed", "peak MiB",
                "bytes/row", "size", "pages changed");
    for (auto const& figure : figures)
        std::printf("%-26s %10.0f %9.3f %9.3f %7.2fx %9.1f %10.1f %6.2fx %14zu\n", figure.name.c_str(),
                    static_cast<double>(served.rows) / figure.seconds, figure.seconds, figure.cpu_seconds, figure.speed,
                    static_cast<double>(figure.peak_memory) / (1024.0 * 1024.0), figure.bytes_per_row, figure.size,
                    figure.changed_pages);
    std::printf("\n");
    std::fflush(stdout);
}

void run(Arguments const& arguments)
{
    for (auto const rows : arguments.rows) {
        for (auto const gzip : {false, true}) {
            usaged::test::TempDir const directory;
            ServedPages const served{rows, arguments.page_rows, gzip};
            print(served, run_paged_case(served, arguments.repeat, arguments.programs, directory.path()));
        }
    }
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"What usaged costs beside a bare program for the same pages, from the first byte to the last commit"};
    Arguments arguments;
    add_options(app, arguments);
    CLI11_PARSE(app, argc, argv);
    try {
        run(arguments);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "usaged-paged-benchmark: %s\n", error.what());
        return 1;
    }
}
