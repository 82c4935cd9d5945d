#include "config/value.h"

#include "daemon/poll/schedule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace usaged {
namespace {

using std::chrono::milliseconds;

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

// Largest first.
constexpr std::array duration_units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                                    Unit{"ms", 1}};
constexpr std::array size_units{Unit{"GiB", 1ll << 30}, Unit{"MiB", 1ll << 20}, Unit{"KiB", 1ll << 10}};

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_alphanumeric(char c)
{
    return is_digit(c) || is_letter(c);
}

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}

std::optional<std::int64_t> parse_decimal(std::string_view text)
{
    auto const superfluous_zero = text.size() > 1 && text.front() == '0';
    if (superfluous_zero || !std::ranges::all_of(text, is_digit)) return std::nullopt;
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// A number with its unit. What is too large for the type becomes its maximum, which no bound accepts.
std::optional<std::int64_t> parse_quantity(std::string_view text, std::span<Unit const> units)
{
    auto const digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    auto const unit = std::ranges::find(units, text.substr(digits), &Unit::name);
    if (digits == 0 || unit == units.end()) return std::nullopt;

    constexpr auto too_large = std::numeric_limits<std::int64_t>::max();
    std::int64_t number = 0;
    auto const result = std::from_chars(text.data(), text.data() + digits, number);
    if (result.ec != std::errc{} || number > too_large / unit->factor) return too_large;
    return number * unit->factor;
}

std::string format_quantity(std::int64_t value, std::span<Unit const> units)
{
    auto const fits = [value](Unit const& unit) { return value % unit.factor == 0; };
    auto const unit = std::ranges::find_if(units, fits);
    return std::to_string(value / unit->factor) + std::string{unit->name};
}

std::string between(std::string const& min, std::string const& max)
{
    return "must be between " + min + " and " + max;
}

/// A text that `accept` accepts, as it is.
Parser<std::string> text_that(bool (*accept)(std::string_view), std::string_view wrong)
{
    return [accept, wrong](Scalar const& scalar) -> Parsed<std::string> {
        if (!accept(scalar.text)) return {{}, std::string{wrong}};
        return {scalar.text, {}};
    };
}

bool is_guid(std::string_view text)
{
    constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    auto const fits = [](char c, char place) {
        auto const hexadecimal = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        return place == 'x' ? hexadecimal : c == place;
    };
    return std::ranges::equal(text, form, fits);
}

bool is_domain_label(std::string_view text)
{
    auto const allowed = [](char c) { return is_alphanumeric(c) || c == '-'; };
    return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, allowed) && !text.starts_with('-') &&
           !text.ends_with('-');
}

bool is_domain(std::string_view text)
{
    if (text.size() > 253 || text.find('.') == std::string_view::npos) return false;
    for (auto dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
        if (!is_domain_label(text.substr(0, dot))) return false;
        text.remove_prefix(dot + 1);
    }
    return is_domain_label(text);
}

bool is_language_tag(std::string_view text)
{
    auto const language_end = std::ranges::find_if_not(text, is_letter);
    auto const language_size = language_end - text.begin();
    auto const allowed = [](char c) { return is_alphanumeric(c) || c == '-'; };
    return (language_size == 2 || language_size == 3) && text.size() <= 35 && std::ranges::all_of(text, allowed) &&
           (language_end == text.end() || *language_end == '-') && !text.ends_with('-') &&
           text.find("--") == std::string_view::npos;
}

} // namespace

Parser<milliseconds> duration(milliseconds min, milliseconds max)
{
    return [min, max](Scalar const& scalar) -> Parsed<milliseconds> {
        auto const count = parse_quantity(scalar.text, duration_units);
        if (!count) return {{}, "must be a duration such as 500ms, 90s, 15m, 24h or 14d"};
        milliseconds const value{*count};
        if (value < min || value > max) return {{}, between(format_duration(min), format_duration(max))};
        return {value, {}};
    };
}

Parser<std::uint64_t> size(std::uint64_t min, std::uint64_t max)
{
    return [min, max](Scalar const& scalar) -> Parsed<std::uint64_t> {
        auto const bytes = parse_quantity(scalar.text, size_units);
        if (!bytes) return {{}, "must be a size such as 64KiB, 64MiB or 1GiB"};
        auto const value = static_cast<std::uint64_t>(*bytes);
        if (value < min || value > max) return {{}, between(format_size(min), format_size(max))};
        return {value, {}};
    };
}

Parser<std::int64_t> integer(std::int64_t min, std::int64_t max)
{
    return [min, max](Scalar const& scalar) -> Parsed<std::int64_t> {
        auto const value = scalar.quoted ? std::nullopt : parse_decimal(scalar.text);
        if (!value) return {{}, "must be a whole number"};
        if (*value < min || *value > max) return {{}, between(std::to_string(min), std::to_string(max))};
        return {value, {}};
    };
}

Parser<double> percentage()
{
    return [](Scalar const& scalar) -> Parsed<double> {
        std::string_view text = scalar.text;
        if (!text.ends_with('%')) return {{}, "must be a percentage such as 50%"};
        text.remove_suffix(1);
        auto const value = parse_decimal(text);
        if (!value) return {{}, "must be a percentage such as 50%"};
        if (*value > 100) return {{}, between("0%", "100%")};
        return {static_cast<double>(*value) / 100, {}};
    };
}

Parser<std::chrono::minutes> time_of_day()
{
    return [](Scalar const& scalar) -> Parsed<std::chrono::minutes> {
        auto const& text = scalar.text;
        auto const number = [&text](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
        auto const form = text.size() == 5 && is_digit(text[0]) && is_digit(text[1]) && text[2] == ':' &&
                          is_digit(text[3]) && is_digit(text[4]);
        if (!form || number(0) > 23 || number(3) > 59) {
            return {{}, "must be a time of day from \"00:00\" to \"23:59\""};
        }
        return {std::chrono::hours{number(0)} + std::chrono::minutes{number(3)}, {}};
    };
}

Parser<std::string> guid()
{
    return text_that(is_guid, "must be a GUID such as 11111111-2222-3333-4444-555555555555");
}

Parser<std::string> guid_or_domain()
{
    return text_that([](std::string_view text) { return is_guid(text) || is_domain(text); },
                     "must be a GUID or a domain such as contoso.onmicrosoft.com");
}

Parser<std::string> user_name()
{
    return text_that(
        [](std::string_view text) {
            return !text.empty() && text.size() <= 255 && text.find(':') == std::string_view::npos &&
                   std::ranges::none_of(text, is_control);
        },
        "must be a user name without a colon");
}

Parser<std::string> language_tag()
{
    return text_that(is_language_tag, "must be a language tag such as en-US");
}

Parser<std::string> filter()
{
    constexpr std::size_t longest = 4096;
    return text_that(
        [](std::string_view text) {
            return !text.empty() && text.size() <= longest && std::ranges::none_of(text, is_control);
        },
        "must be 1 to 4096 bytes without control characters");
}

Parser<std::string> file_name()
{
    return text_that(
        [](std::string_view text) {
            return !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
                   text.find('/') == std::string_view::npos && std::ranges::none_of(text, is_control);
        },
        "must be a file name without a slash");
}

Parser<std::string> variable_name()
{
    return text_that(
        [](std::string_view text) {
            auto const allowed = [](char c) { return is_alphanumeric(c) || c == '_'; };
            return !text.empty() && !is_digit(text.front()) && std::ranges::all_of(text, allowed);
        },
        "must be the name of an environment variable");
}

Parser<std::string> timezone_name()
{
    return text_that([](std::string_view text) { return is_timezone(std::string{text}); },
                     "must be a time zone of the IANA data base such as Europe/Amsterdam");
}

Parser<std::filesystem::path> absolute_path()
{
    return [](Scalar const& scalar) -> Parsed<std::filesystem::path> {
        std::filesystem::path path{scalar.text};
        if (!path.is_absolute() || std::ranges::any_of(scalar.text, is_control)) {
            return {{}, "must be an absolute path"};
        }
        return {std::move(path), {}};
    };
}

Parser<bool> boolean()
{
    return [](Scalar const& scalar) -> Parsed<bool> {
        if (scalar.quoted || (scalar.text != "true" && scalar.text != "false")) return {{}, "must be true or false"};
        return {scalar.text == "true", {}};
    };
}

Parser<ListenAddress> listen_address()
{
    return [](Scalar const& scalar) -> Parsed<ListenAddress> {
        auto address = parse_listen_address(scalar.text);
        if (!address) return {{}, "must be ADDRESS:PORT, such as 127.0.0.1:9815, [::1]:9815 or localhost:9815"};
        return {std::move(address), {}};
    };
}

Parser<std::string> host_name_in_lower_case()
{
    return [](Scalar const& scalar) -> Parsed<std::string> {
        if (!is_domain_label(scalar.text) && !is_domain(scalar.text)) return {{}, "must be a host name without a port"};
        auto name = scalar.text;
        std::ranges::transform(name, name.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        return {std::move(name), {}};
    };
}

std::string format_duration(milliseconds value)
{
    return format_quantity(value.count(), duration_units);
}

std::string format_size(std::uint64_t bytes)
{
    return format_quantity(static_cast<std::int64_t>(bytes), size_units);
}

std::string format_percentage(double share)
{
    return std::to_string(std::lround(share * 100)) + "%";
}

std::string format_time_of_day(std::chrono::minutes value)
{
    auto const digits = [](std::int64_t number) {
        return std::string{number < 10 ? "0" : ""} + std::to_string(number);
    };
    return digits(value.count() / 60) + ":" + digits(value.count() % 60);
}

} // namespace usaged
