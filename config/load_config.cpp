#include "config/load_config.h"

#include "config/choices.h"
#include "config/dataset_settings.h"
#include "config/document.h"
#include "config/partner_center.h"
#include "config/schedule_settings.h"
#include "config/secret_source.h"
#include "config/section.h"
#include "config/value.h"
#include "daemon/fault/error.h"
#include "daemon/net/https_url.h"
#include "daemon/net/listen_address.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace usaged {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::chrono::days day{1};
constexpr std::uint64_t kibibyte = 1ull << 10;
constexpr std::uint64_t gibibyte = 1ull << 30;

constexpr std::string_view unsupported = "is not supported by this version";

/// Complains about a longest wait that is shorter than the first one, at whichever of the two is in the file.
void check_order(Section const& section, milliseconds initial, milliseconds max)
{
    if (initial <= max) return;
    if (section.has("max")) {
        section.complain("max", "must not be less than `initial`, " + format_duration(initial));
    } else {
        section.complain("initial", "must not be more than `max`, " + format_duration(max));
    }
}

void read_failed_poll(Section& section, bool loopback, ScheduleSettings& schedule)
{
    section.read("initial", schedule.failed_initial, duration(1ms, day));
    if (schedule.failed_initial < 1s && !loopback) {
        section.complain("initial", "must be at least 1s, unless the host of base_url is a loopback address");
    }
    section.read("max", schedule.failed_max, duration(1ms, 7 * day));
    check_order(section, schedule.failed_initial, schedule.failed_max);
}

void read_retry(Section& section, bool loopback, RetrySettings& retry, ScheduleSettings& schedule)
{
    section.read("attempts", retry.attempts, integer(1, 20));
    section.read("initial", retry.initial, duration(1ms, 1h));
    section.read("max", retry.max, duration(1ms, 1h));
    check_order(section, retry.initial, retry.max);
    section.read("max_retry_after", retry.max_retry_after, duration(0ms, day));
    section.section("failed_poll", [&](Section& part) { read_failed_poll(part, loopback, schedule); });
}

void read_proxy(Section& section, ProxySettings& settings)
{
    section.read("proxy", settings.url, proxy_url());
    section.read("proxy_user", settings.user, user_name());
    read_secret_source(section, "proxy_password", settings.password);
    auto const user = section.has("proxy_user");
    auto const password = section.has("proxy_password");
    if (user && !password) section.complain("proxy_user", "needs `proxy_password`");
    if (password && !user) section.complain("proxy_password", "needs `proxy_user`");
    auto const named = section.has("proxy") && settings.url != "direct";
    if ((user || password) && !named) section.complain(user ? "proxy_user" : "proxy_password", "needs a `proxy`");
}

void read_http(Section& section, HttpSettings& settings)
{
    section.read("connect_timeout", settings.connect_timeout, duration(100ms, 5min));
    section.read("response_timeout", settings.response_timeout, duration(100ms, 1h));
    section.read("max_body", settings.max_body, size(64 * kibibyte, gibibyte));
    section.read("ca_file", settings.ca_file, absolute_path());
    section.read("crl_file", settings.crl_file, absolute_path());
    read_proxy(section, settings.proxy);
}

/// Where files of ours go when the file does not say so: the first path that systemd made for us, or the default.
void read_state_dir(Section& root, std::filesystem::path& state_dir)
{
    auto const* const variable = std::getenv("STATE_DIRECTORY");
    std::string const paths = variable == nullptr ? "" : variable;
    if (!root.has("state_dir") && !paths.empty()) {
        auto directory = absolute_path()({paths.substr(0, paths.find(':'))});
        if (directory.value) {
            state_dir = *directory.value;
        } else {
            root.complain("state_dir", "$STATE_DIRECTORY " + directory.wrong);
        }
    }
    root.read("state_dir", state_dir, absolute_path());
}

void read_storage(Section& section, StorageSettings& settings)
{
    section.section("sqlite", [&](Section& part) { part.read("path", settings.sqlite_path, absolute_path()); });
    section.section("raw_payloads",
                    [&](Section& part) { part.read("keep", settings.keep_raw_payloads, duration(0ms, 3650 * day)); });
    section.section("call_log",
                    [&](Section& part) { part.read("keep", settings.keep_call_log, duration(0ms, 3650 * day)); });
    section.refuse("postgresql", unsupported);
}

void read_guards(Section& section, GuardSettings& settings)
{
    section.read("min_rows", settings.min_rows, integer(0, 1'000'000'000));
    section.read("max_shrink", settings.max_shrink, percentage());
    section.read("frozen_after", settings.frozen_after, duration(day, 36500 * day));
    section.read("total_count", settings.rules.tolerate_count_mismatch, one_of<bool>(total_count_rules));
    section.read("on_bad_row", settings.rules.quarantine_bad_rows, one_of<bool>(bad_row_rules));
}

void read_log(Section& section, LogSettings& settings)
{
    section.read("level", settings.level, one_of<LogLevel>(log_levels));
    section.read("format", settings.format, one_of<LogFormat>(log_formats));
}

void read_hosts(Section& section, std::vector<std::string>& hosts)
{
    auto const list = section.find("hosts");
    if (!list) return;
    for (auto const& element : list->elements()) {
        auto const scalar = element.scalar();
        if (!scalar) continue;
        auto parsed = host_name_in_lower_case()(*scalar);
        if (parsed.value)
            hosts.push_back(*std::move(parsed.value));
        else
            element.complain(parsed.wrong);
    }
}

void read_metrics(Section& section, MetricsSettings& settings)
{
    section.read("listen", settings.listen, listen_address());
    section.read("allow_remote", settings.allow_remote, boolean());
    read_hosts(section, settings.hosts);
    if (settings.listen && !settings.allow_remote && !is_loopback(settings.listen->host))
        section.complain("listen",
                         "is an address that others reach: say `allow_remote: true` if that is meant. There is "
                         "no encryption and no password");
}

Config read_root(Section& root, std::filesystem::path const& file)
{
    Config config;
    config.state_dir = default_state_dir(file);
    root.section("partner_center", [&](Section& part) { read_partner_center(part, config.partner_center); });
    auto const& base_url = config.partner_center.base_url; // empty if the section was unreadable
    auto const loopback = !base_url.empty() && is_loopback(parse_https_url(base_url).host);
    ScheduleSettings general;
    root.section("schedule", [&](Section& part) { read_schedule(part, loopback, general); });
    root.section("retry", [&](Section& part) { read_retry(part, loopback, config.retry, general); });
    config.datasets = read_datasets(root, loopback, general);
    root.section("http", [&](Section& part) { read_http(part, config.http); });
    read_state_dir(root, config.state_dir);
    config.storage.sqlite_path = config.state_dir / "usage.db";
    root.section("storage", [&](Section& part) { read_storage(part, config.storage); });
    root.section("guards", [&](Section& part) { read_guards(part, config.guards); });
    root.section("log", [&](Section& part) { read_log(part, config.log); });
    root.read("heartbeat_url", config.heartbeat_url, capability_url());
    root.section("metrics", [&](Section& part) { read_metrics(part, config.metrics); });
    return config;
}

std::string read_text(std::filesystem::path const& file)
{
    constexpr std::size_t limit = 1 << 20; // a configuration has some kilobytes
    std::string const other_file = "option -c chooses another configuration file";
    errno = 0;
    std::ifstream stream{file, std::ios::binary};
    std::string text(limit + 1, '\0');
    if (stream) stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream.eof() && stream.gcount() == 0) {
        auto const* const remedy = errno == EACCES ? "run the command as root (sudo), or have an administrator put you "
                                                     "into the group usaged (sudo usermod -aG usaged USER); "
                                                   : "";
        auto const reason = std::generic_category().message(errno);
        throw Error{ErrorCategory::config, file.string() + ": cannot be read: " + reason, remedy + other_file};
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > limit) throw Error{ErrorCategory::config, file.string() + ": is larger than 1 MiB", other_file};
    return text;
}

} // namespace

std::filesystem::path default_state_dir(std::filesystem::path const& file)
{
    std::filesystem::path const state{"/var/lib/usaged"};
    auto const directory = std::filesystem::absolute(file).lexically_normal().parent_path();
    return directory.parent_path() == "/etc/usaged" ? state / directory.filename() : state;
}

Config load_config(std::filesystem::path const& file)
{
    Complaints complaints{file.string()};
    auto const document = parse_document(read_text(file), complaints);
    complaints.raise_if_any();
    Section root{Setting{complaints, document, document.Mark(), {}}};
    auto config = read_root(root, file);
    root.finish();
    complaints.raise_if_any();
    return config;
}

} // namespace usaged
