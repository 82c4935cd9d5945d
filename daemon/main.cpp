#include "config/choices.h"
#include "daemon/command/backfill_options.h"
#include "daemon/command/command.h"
#include "daemon/command/failure.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <limits>
#include <malloc.h>
#include <optional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

namespace {

/// What the command line said.
struct CommandLine {
    usaged::GlobalOptions global;
    std::string log_level;
    std::string log_format;
    usaged::FetchOptions fetch;
    usaged::LoginOptions login;
    std::vector<std::string> backfill_datasets;
    std::string backfill_from;
    std::string backfill_to;
    std::optional<std::int64_t> replay_poll;
    std::filesystem::path backup_file;
    bool online = false;
    bool json = false;
    bool list_only = false;
};

template <typename Choices>
std::vector<std::string> words_of(Choices const& choices)
{
    std::vector<std::string> words;
    for (auto const& [word, value] : choices) words.emplace_back(word);
    return words;
}

/// The value of a word that is one of the choices.
template <typename Choices>
auto value_of(Choices const& choices, std::string_view word)
{
    return std::ranges::find(choices, word, &Choices::value_type::first)->second;
}

void add_global_options(CLI::App& app, CommandLine& line)
{
    app.add_option("-c,--config", line.global.config_file, "YAML configuration")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("--log-level", line.log_level, "trace, debug, info, warn or error; default: the configuration's")
        ->type_name("LEVEL")
        ->check(CLI::IsMember(words_of(usaged::log_levels)));
    app.add_option(
           "--log-format", line.log_format,
           "auto, text, json or journal; auto is journal under systemd, else text; default: the configuration's")
        ->type_name("FORMAT")
        ->check(CLI::IsMember(words_of(usaged::log_formats)));
    app.set_version_flag("--version", usaged::version_text, "Version, with those of the libraries linked");
    app.require_subcommand(0, 1); // a mistyped one is then named as what was not expected
    app.fallthrough();
}

/// The commands that make or keep what happened before now.
void add_history_commands(CLI::App& app, CommandLine& line)
{
    auto* const backfill =
        app.add_subcommand("backfill", "Ask for past processing dates, of the datasets that are served by date");
    for (auto const& [name, text] : {std::pair{"--from", &line.backfill_from}, {"--to", &line.backfill_to}})
        backfill->add_option(name, *text, "Processing date, YYYY-MM-DD; included")->type_name("DATE")->required();
    backfill->add_option("DATASET", line.backfill_datasets, "Default: all that are configured and served by date");
    auto* const replay =
        app.add_subcommand("replay", "Rebuild the rows from the archived answers, offline, as they were ingested");
    replay->add_option("--poll", line.replay_poll, "Only the dataset of this poll, from it on")
        ->type_name("ID")
        ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()));
    auto* const backup = app.add_subcommand("backup", "Copy the database, also while usaged runs, and verify the copy");
    backup->add_option("FILE", line.backup_file, "Where to; replaced when the copy is complete")->required();
}

void add_commands(CLI::App& app, CommandLine& line)
{
    app.add_subcommand("run", "The daemon, in the foreground: fetches every dataset when it is due, for ever");
    auto* const fetch = app.add_subcommand("fetch", "One poll of the named datasets, then exit");
    fetch->add_option("DATASET", line.fetch.datasets, "Default: all that are configured");
    auto* const dry_run = fetch->add_flag("--dry-run", line.fetch.dry_run, "Fetch and validate, but store nothing");
    fetch->add_option("--output", line.fetch.output, "With --dry-run: print the rows as table, csv or json")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"table", "csv", "json"}))
        ->needs(dry_run);
    add_history_commands(app, line);
    auto* const login = app.add_subcommand("login", "A person signs in, so that usaged gets a refresh token");
    auto* const device_code =
        login->add_flag("--device-code", line.login.device_code,
                        "By a code that is entered in a browser anywhere, if policies allow that");
    login->add_option("--port", line.login.port, "Port of this computer that the browser ends at; default: a free one")
        ->type_name("PORT")
        ->check(CLI::Range(1024, 65535))
        ->excludes(device_code);
    auto* const check =
        app.add_subcommand("check", "Validate the configuration and print it as it is in force, secrets masked");
    check->add_flag("--online", line.online, "Then try all that a poll needs, and say what is wrong and what to do");
    auto* const status = app.add_subcommand(
        "status", "Last poll, next poll, data and errors; exit status 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN");
    status->add_flag("--json", line.json, "As a JSON document");
    auto* const migrate = app.add_subcommand("migrate", "Apply pending migrations of the database");
    migrate->add_flag("--status", line.list_only, "List applied and pending migrations and change nothing");
}

std::chrono::sys_days today()
{
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

int execute(CLI::App const& app, CommandLine& line)
{
    if (!line.log_level.empty()) line.global.log_level = value_of(usaged::log_levels, line.log_level);
    if (!line.log_format.empty()) line.global.log_format = value_of(usaged::log_formats, line.log_format);
    if (app.got_subcommand("run")) return usaged::run(line.global);
    if (app.got_subcommand("fetch")) return usaged::fetch(line.global, line.fetch);
    if (app.got_subcommand("backfill"))
        return usaged::backfill(line.global, usaged::backfill_options(line.backfill_from, line.backfill_to,
                                                                      line.backfill_datasets, today()));
    if (app.got_subcommand("replay")) return usaged::replay(line.global, line.replay_poll);
    if (app.got_subcommand("backup")) return usaged::backup(line.global, line.backup_file);
    if (app.got_subcommand("login")) return usaged::login(line.global, line.login);
    if (app.got_subcommand("check"))
        return line.online ? usaged::check_online(line.global) : usaged::check(line.global);
    if (app.got_subcommand("status")) return usaged::status(line.global, line.json);
    return usaged::migrate(line.global, line.list_only);
}

/// A standard stream that is closed would be the next file that is opened, and be read or written as what it is not.
/// Writing to what it becomes here still fails.
void keep_standard_streams()
{
    for (int const stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
}

/// A core file would hold every credential. A limit of 0 alone does not stop a core_pattern that pipes.
void forbid_core_dumps()
{
    rlimit const none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

/// By itself glibc moves the size from which memory is given back at once up to 32 MiB, as blocks of that size are
/// freed: the buffers of a snapshot, megabytes each, would stay with the process. What is smaller comes and goes with
/// every row, and asking the kernel for it anew costs more than keeping it until the poll ends.
void give_back_large_buffers()
{
    ::mallopt(M_MMAP_THRESHOLD, 256 << 10);
    ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

} // namespace

int main(int argc, char** argv)
{
    keep_standard_streams();
    forbid_core_dumps();
    give_back_large_buffers();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a limit of file sizes fails a poll, it does not kill
    ::umask(S_IWGRP | S_IRWXO);    // the group may read the database, others nothing

    CLI::App app{"usaged keeps the history of the licence usage that Microsoft Partner Center reports", "usaged"};
    CommandLine line;
    try {
        add_global_options(app, line);
        add_commands(app, line);
        app.parse(argc, argv);
        if (app.get_subcommands().empty()) throw CLI::RequiredError{"A command"};
    } catch (CLI::ParseError const& error) {
        return app.exit(error) == 0 ? EX_OK : EX_USAGE;
    }
    try {
        auto const status = execute(app, line);
        if (!std::cout.flush())
            throw usaged::Error{usaged::ErrorCategory::storage, "standard output cannot be written"};
        return status;
    } catch (usaged::UsageError const& error) {
        std::cerr << "usaged: " << error.what() << '\n';
        return EX_USAGE;
    } catch (usaged::Error const& error) {
        return usaged::report_failure(error);
    } catch (std::exception const& bug) {
        std::cerr << "usaged: internal error: " << usaged::printable(bug.what())
                  << "\nThis is a bug in usaged. Please report it.\n";
        return EX_SOFTWARE;
    }
}
