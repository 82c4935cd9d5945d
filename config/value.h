#pragma once

#include "config/suggestion.h"
#include "daemon/net/listen_address.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace usaged {

/// A single value as it stands in the file.
struct Scalar {
    std::string text;
    bool quoted = false; ///< then it is a text, whatever it looks like
};

/// What a value means, or what is wrong with it. Never both, and the complaint never shows the value.
template <class T>
struct Parsed {
    std::optional<T> value;
    std::string wrong;
};

template <class T>
using Parser = std::function<Parsed<T>(Scalar const&)>;

/// A whole number and its unit, `ms`, `s`, `m`, `h` or `d`; the bounds belong to what is accepted.
Parser<std::chrono::milliseconds> duration(std::chrono::milliseconds min, std::chrono::milliseconds max);

/// Bytes: a whole number and its unit, `KiB`, `MiB` or `GiB`.
Parser<std::uint64_t> size(std::uint64_t min, std::uint64_t max);

/// A decimal whole number that is not quoted. (YAML's octal and hexadecimal forms are refused: `010` means 8 there.)
Parser<std::int64_t> integer(std::int64_t min, std::int64_t max);

/// `50%`, whole per cents from 0 to 100, as a share.
Parser<double> percentage();

/// `06:30`, from 00:00 to 23:59.
Parser<std::chrono::minutes> time_of_day();

Parser<std::string> guid();
Parser<std::string> guid_or_domain();
Parser<std::string> https_url(); ///< comes without slashes at its end
/// An https URL with path and query as they are, for which whoever knows it needs no other credential.
Parser<std::string> capability_url();
/// `http://HOST:PORT`, which comes without a slash at its end, or `direct`. Never with a user name or password.
Parser<std::string> proxy_url();
Parser<std::string> user_name();     ///< of Basic authentication: no colon in it (RFC 7617)
Parser<std::string> language_tag();  ///< such as `en-US`
Parser<std::string> filter();        ///< 1 to 4096 bytes without control characters
Parser<std::string> file_name();     ///< no slash in it
Parser<std::string> variable_name(); ///< of the environment
Parser<std::string> timezone_name();
Parser<std::filesystem::path> absolute_path();
Parser<bool> boolean(); ///< `true` or `false`, not quoted
/// `ADDRESS:PORT`, see parse_listen_address.
Parser<ListenAddress> listen_address();
/// A name by which a computer is asked, which comes in lower case.
Parser<std::string> host_name_in_lower_case();

/// The value that belongs to one of some words.
template <class T>
using Choices = std::span<std::pair<std::string_view, T> const>;

template <class T>
Parser<T> one_of(Choices<T> choices)
{
    return [choices](Scalar const& scalar) -> Parsed<T> {
        std::vector<std::string_view> words;
        for (auto const& [word, value] : choices) {
            if (word == scalar.text) return {value, {}};
            words.push_back(word);
        }
        return {{}, "must be " + alternatives(words) + did_you_mean(scalar.text, words)};
    };
}

/// The word of a value that is one of the choices.
template <class T>
std::string_view word_of(Choices<T> choices, T value)
{
    for (auto const& [word, choice] : choices) {
        if (choice == value) return word;
    }
    return {};
}

/// What duration() reads, in the largest unit that needs no fraction.
std::string format_duration(std::chrono::milliseconds value);
/// What size() reads, in the largest unit that needs no fraction. Whole KiB only.
std::string format_size(std::uint64_t bytes);
/// What percentage() reads.
std::string format_percentage(double share);
/// A value of capability_url() with its path replaced: all of it that may be shown.
std::string masked_url(std::string const& url);
/// What time_of_day() reads.
std::string format_time_of_day(std::chrono::minutes value);

} // namespace usaged
