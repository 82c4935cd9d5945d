#include "tests/simulator/simulator.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>

namespace {

struct Arguments {
    usaged::test::SimulatorOptions options;
    std::filesystem::path directory = "usaged-simulator";
    std::string every = "24h";
    std::int64_t expires_in = 3600;
    bool certificate = false;
    bool all_datasets = false;
};

constexpr auto dataset_names =
    "[partner_licenses_usage, partner_licenses_deployment, customer_licenses_usage, customer_licenses_deployment, "
    "licenses_usage, licenses_deployment]";

void add_options(CLI::App& app, Arguments& arguments)
{
    auto& options = arguments.options;
    app.add_option("--port", options.port, "Port to listen on at 127.0.0.1; 0: a free one")->capture_default_str();
    app.add_option("--directory", arguments.directory, "Where CA, secrets and usaged.yaml are written")
        ->capture_default_str();
    app.add_option("--every", arguments.every, "schedule.every of usaged.yaml")->capture_default_str();
    app.add_option("--seed", options.seed, "Of the series of answers")->capture_default_str();
    app.add_option("--dates", options.dates, "Processing dates to serve before the last answer stays")
        ->capture_default_str();
    app.add_flag("--advance-per-request", options.advance_per_request,
                 "Every answer of partner_licenses_usage moves all data on by a step");
    app.add_option("--expires-in", arguments.expires_in, "Lifetime of access tokens in seconds")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_flag("--gzip", options.gzip, "Compress the answers of the API");
    app.add_flag("--all-datasets", arguments.all_datasets, "usaged.yaml names all six datasets, else the default one");
    app.add_option("--customers", options.market.customers, "How many the partner has")->capture_default_str();
    app.add_option("--products", options.market.products_per_customer, "How many each customer has")
        ->capture_default_str();
    app.add_option("--days-kept", options.commercial.days_kept, "Processing dates that can be asked for")
        ->capture_default_str();
    app.add_option("--page-limit", options.commercial.page_limit, "Rows on a page of the commercial endpoints at most")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_flag("--certificate", arguments.certificate, "The application has a certificate instead of a secret");
}

sigset_t stop_signals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

void add_certificate(usaged::test::SimulatorOptions& options)
{
    usaged::test::CertificateOptions wanted;
    wanted.valid_until = std::chrono::hours{24 * 365};
    wanted.common_name = "Simulated application";
    wanted.rsa_bits = 2048;
    auto const made = usaged::test::self_sign(wanted);
    options.client_certificate = made.certificate_pem;
    options.client_key = made.key_pem;
}

void run(Arguments arguments)
{
    auto const signals = stop_signals();
    // Before the simulator starts its thread, which inherits the mask.
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    arguments.options.expires_in = std::chrono::seconds{arguments.expires_in};
    if (arguments.certificate) add_certificate(arguments.options);
    std::filesystem::create_directories(arguments.directory);
    usaged::test::Simulator const simulator{arguments.options};
    std::map<std::string, std::string> settings{{"schedule.every", arguments.every}};
    if (arguments.all_datasets) settings["datasets"] = dataset_names;
    auto const file = simulator.configuration(arguments.directory, settings);
    std::cout << simulator.base_url() << ' ' << file.string() << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"A Partner Center and an Entra ID on this computer, for tests and demonstrations"};
    Arguments arguments;
    add_options(app, arguments);
    CLI11_PARSE(app, argc, argv);
    try {
        run(arguments);
    } catch (std::exception const& error) {
        std::cerr << "usaged-simulator: " << error.what() << '\n';
        return 1;
    }
}
