#include "config/choices.h"
#include "config/load_config.h"
#include "config/value.h"

#include <yaml-cpp/yaml.h>

namespace usaged {
namespace {

/// Writes keys with their values. Sections nest as the calls do.
class Writer {
public:
    Writer() { out_ << YAML::BeginMap; }

    void write(std::string_view key, std::string const& value) { out_ << name(key) << value; }
    void write(std::string_view key, std::string_view value) { write(key, std::string{value}); }
    void write(std::string_view key, std::filesystem::path const& value) { write(key, value.string()); }
    void write(std::string_view key, std::int64_t value) { out_ << name(key) << value; }
    void write(std::string_view key, std::chrono::milliseconds value) { write(key, format_duration(value)); }

    void write(std::string_view key, bool value) { out_ << name(key) << value; }

    void write(std::string_view key, SecretSource const& source)
    {
        if (!source.configured()) return;
        auto const kind = word_of<SecretSource::Kind>(secret_kinds, source.kind);
        out_ << name(key) << YAML::Flow << YAML::BeginMap << name(kind) << source.name << YAML::EndMap;
    }

    void write(std::string_view key, CertificateSource const& source)
    {
        if (!source.configured()) return;
        section(key, [&] {
            write("file", source.file);
            write("key", source.key);
        });
    }

    void write(std::string_view key, std::vector<std::string> const& words)
    {
        out_ << name(key) << YAML::Flow << words;
    }

    void write(std::string_view key, std::vector<std::chrono::minutes> const& times)
    {
        out_ << name(key) << YAML::Flow << YAML::BeginSeq;
        // Quoted, because to YAML 1.1 06:30 is a number.
        for (auto const time : times) out_ << YAML::DoubleQuoted << format_time_of_day(time);
        out_ << YAML::EndSeq;
    }

    template <class WriteKeys>
    void section(std::string_view key, WriteKeys const& write_keys)
    {
        out_ << name(key) << YAML::BeginMap;
        write_keys();
        out_ << YAML::EndMap;
    }

    template <class Members, class WriteMember>
    void list(std::string_view key, Members const& members, WriteMember const& write_member)
    {
        out_ << name(key) << YAML::BeginSeq;
        for (auto const& member : members) {
            out_ << YAML::BeginMap;
            write_member(member);
            out_ << YAML::EndMap;
        }
        out_ << YAML::EndSeq;
    }

    std::string text()
    {
        out_ << YAML::EndMap;
        return std::string{out_.c_str()} + "\n";
    }

private:
    static std::string name(std::string_view key) { return std::string{key}; }

    YAML::Emitter out_;
};

void write_partner_center(Writer& out, PartnerCenterSettings const& settings)
{
    out.write("cloud", settings.cloud);
    out.write("base_url", settings.base_url);
    out.write("authority", settings.authority);
    out.write("audience", settings.audience);
    out.write("token_endpoint", word_of<EndpointVersion>(endpoint_versions, settings.token_endpoint));
    out.write("tenant", settings.tenant);
    out.write("client_id", settings.client_id);
    out.write("client_secret", settings.client_secret);
    out.write("certificate", settings.certificate);
    out.write("refresh_token", settings.refresh_token);
    out.write("locale", settings.locale);
}

void write_schedule(Writer& out, ScheduleSettings const& settings)
{
    if (settings.at.empty()) {
        out.write("every", settings.every);
    } else {
        out.write("at", settings.at);
    }
    out.write("timezone", settings.timezone);
    out.write("jitter", settings.jitter);
}

void write_query(Writer& out, DatasetQuery const& query)
{
    if (!query.path.empty()) out.write("path", query.path);
    if (!query.filter.empty()) out.write("filter", query.filter);
    if (!query.groupby.empty()) out.write("groupby", query.groupby);
}

void write_retry(Writer& out, RetrySettings const& retry, ScheduleSettings const& schedule)
{
    out.write("attempts", std::int64_t{retry.attempts});
    out.write("initial", retry.initial);
    out.write("max", retry.max);
    out.write("max_retry_after", retry.max_retry_after);
    out.section("failed_poll", [&] {
        out.write("initial", schedule.failed_initial);
        out.write("max", schedule.failed_max);
    });
}

void write_http(Writer& out, HttpSettings const& settings)
{
    out.write("connect_timeout", settings.connect_timeout);
    out.write("response_timeout", settings.response_timeout);
    out.write("max_body", format_size(settings.max_body));
    out.write("ca_file", settings.ca_file);
    if (!settings.crl_file.empty()) out.write("crl_file", settings.crl_file);
    if (!settings.proxy.url.empty()) out.write("proxy", settings.proxy.url);
    if (!settings.proxy.user.empty()) out.write("proxy_user", settings.proxy.user);
    out.write("proxy_password", settings.proxy.password);
}

void write_storage(Writer& out, StorageSettings const& settings)
{
    out.section("sqlite", [&] { out.write("path", settings.sqlite_path); });
    out.section("raw_payloads", [&] { out.write("keep", settings.keep_raw_payloads); });
    out.section("call_log", [&] { out.write("keep", settings.keep_call_log); });
}

void write_guards(Writer& out, GuardSettings const& settings)
{
    out.write("min_rows", settings.min_rows);
    out.write("max_shrink", format_percentage(settings.max_shrink));
    out.write("frozen_after", settings.frozen_after);
    out.write("total_count", word_of<bool>(total_count_rules, settings.rules.tolerate_count_mismatch));
    out.write("on_bad_row", word_of<bool>(bad_row_rules, settings.rules.quarantine_bad_rows));
}

void write_log(Writer& out, LogSettings const& settings)
{
    out.write("level", word_of<LogLevel>(log_levels, settings.level));
    out.write("format", word_of<LogFormat>(log_formats, settings.format));
}

void write_metrics(Writer& out, MetricsSettings const& settings)
{
    if (settings.listen) out.write("listen", to_string(*settings.listen));
    out.write("allow_remote", settings.allow_remote);
    if (!settings.hosts.empty()) out.write("hosts", settings.hosts);
}

} // namespace

std::string to_yaml(Config const& config)
{
    Writer out;
    out.section("partner_center", [&] { write_partner_center(out, config.partner_center); });
    out.list("datasets", config.datasets, [&](DatasetSettings const& entry) {
        out.write("name", entry.dataset->name);
        write_query(out, entry.query);
        out.section("schedule", [&] { write_schedule(out, entry.schedule); });
    });
    out.section("retry", [&] { write_retry(out, config.retry, config.datasets.front().schedule); });
    out.section("http", [&] { write_http(out, config.http); });
    out.section("storage", [&] { write_storage(out, config.storage); });
    out.section("guards", [&] { write_guards(out, config.guards); });
    out.write("state_dir", config.state_dir);
    if (!config.heartbeat_url.empty()) out.write("heartbeat_url", masked_url(config.heartbeat_url));
    out.section("log", [&] { write_log(out, config.log); });
    out.section("metrics", [&] { write_metrics(out, config.metrics); });
    return out.text();
}

} // namespace usaged
