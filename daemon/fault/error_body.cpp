#include "daemon/fault/error_body.h"

#include "daemon/fault/text.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace usaged {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t largest_body = 65536;
constexpr std::size_t deepest = 32;
constexpr std::size_t most_codes = 16;
constexpr std::size_t longest_claims = 4096;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_alphanumeric(char c)
{
    return is_digit(c) || is_letter(c);
}

template <typename Allowed>
bool consists_of(std::string_view text, std::size_t longest, Allowed allowed)
{
    return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), allowed);
}

bool is_code(std::string_view text)
{
    return consists_of(text, 64, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_id(std::string_view text)
{
    return consists_of(
        text, 64, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-'; });
}

bool is_timestamp(std::string_view text)
{
    return consists_of(
        text, 40, [](char c) { return is_digit(c) || std::string_view{"-:. TZ"}.find(c) != std::string_view::npos; });
}

bool is_claims(std::string_view text)
{
    return text.size() <= longest_claims && text.starts_with('{') && text.ends_with('}') &&
           without_controls(text) == text;
}

/// A JSON document in memory that holds no copy of it any more when it goes.
class WipedDocument {
public:
    explicit WipedDocument(std::string_view text)
    {
        text_.reserve(text.size() + simdjson::SIMDJSON_PADDING); // else the parser makes a copy of its own
        text_ = text;
        if (parser_.allocate(text.size(), deepest) == simdjson::SUCCESS)
            parsed_ = parser_.parse(text_.data(), text_.size(), false).get(object_) == simdjson::SUCCESS;
    }
    WipedDocument(WipedDocument const&) = delete;
    WipedDocument& operator=(WipedDocument const&) = delete;
    ~WipedDocument()
    {
        // The strings that the parser unescaped: it reserves this much for them, in the worst case.
        auto const unescaped = 5 * text_.size() / 3 + simdjson::SIMDJSON_PADDING;
        if (parser_.doc.string_buf) ::explicit_bzero(parser_.doc.string_buf.get(), unescaped);
        ::explicit_bzero(text_.data(), text_.size());
    }

    /// Nothing if the document is not a JSON object.
    std::optional<dom::object> object() const { return parsed_ ? std::optional{object_} : std::nullopt; }

private:
    std::string text_;
    dom::parser parser_;
    dom::object object_;
    bool parsed_ = false;
};

std::string_view text_field(dom::object object, std::string_view name)
{
    std::string_view text;
    return object.at_key(name).get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

template <typename Check>
std::string field(dom::object object, std::string_view name, Check check)
{
    auto const text = text_field(object, name);
    return check(text) ? std::string{text} : std::string{};
}

/// `code` is documented as text, but every sample shows a number.
std::string code_field(dom::object object, std::string_view name)
{
    std::int64_t number = 0;
    if (object.at_key(name).get(number) == simdjson::SUCCESS) return std::to_string(number);
    return field(object, name, is_code);
}

std::optional<int> positive_number(std::string_view text)
{
    int number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
    return number;
}

/// The v1 endpoint writes numbers as text in other places, so both are read here too.
std::optional<int> error_code(dom::element value)
{
    std::string_view text;
    std::int64_t number = 0;
    if (value.get(text) == simdjson::SUCCESS) return positive_number(text);
    if (value.get(number) == simdjson::SUCCESS) return positive_number(std::to_string(number));
    return std::nullopt;
}

std::vector<int> error_codes(dom::object object)
{
    std::vector<int> out;
    dom::array numbers;
    if (object.at_key("error_codes").get(numbers) != simdjson::SUCCESS) return out;
    for (dom::element const each : numbers) {
        auto const number = error_code(each);
        if (number && out.size() < most_codes) out.push_back(*number);
    }
    return out;
}

/// Of "Rate limit is exceeded. Try again in 57 seconds."
std::optional<std::chrono::seconds> try_again_in(std::string_view message)
{
    static constexpr std::string_view before = "Try again in ";
    static constexpr std::string_view after = " second";
    auto const found = message.find(before);
    if (found == std::string_view::npos) return std::nullopt;
    message.remove_prefix(found + before.size());
    auto const digits = message.substr(0, message.find_first_not_of("0123456789"));
    if (!message.substr(digits.size()).starts_with(after)) return std::nullopt;
    auto const number = positive_number(digits);
    if (!number) return std::nullopt;
    return std::chrono::seconds{*number};
}

bool mentions_mfa(std::string_view text)
{
    static constexpr std::string_view word = "MFA";
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        auto const end = at + word.size();
        bool const begins = at == 0 || !is_alphanumeric(text[at - 1]);
        if (begins && (end == text.size() || !is_alphanumeric(text[end]))) return true;
    }
    return false;
}

ErrorBody read_object(dom::object object)
{
    ErrorBody out;
    out.code = code_field(object, "code");
    out.error = field(object, "error", is_code);
    out.suberror = field(object, "suberror", is_code);
    out.error_codes = error_codes(object);
    out.trace_id = field(object, "trace_id", is_id);
    out.correlation_id = field(object, "correlation_id", is_id);
    out.timestamp = field(object, "timestamp", is_timestamp);
    out.claims = field(object, "claims", is_claims);
    bool retryable = false;
    if (object.at_key("isRetryable").get(retryable) == simdjson::SUCCESS) out.is_retryable = retryable;
    if (object.at_key("statusCode").error() == simdjson::SUCCESS)
        out.try_again_in = try_again_in(text_field(object, "message"));
    return out;
}

} // namespace

ErrorBody read_error_body(std::string_view body)
{
    static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
    ErrorBody out;
    if (body.size() <= largest_body) {
        WipedDocument const document{body};
        if (auto const object = document.object()) out = read_object(*object);
    }
    if (out.code.empty()) out.mentions_mfa = mentions_mfa(body.substr(0, largest_body));
    return out;
}

ErrorBody read_redirect_error(std::string_view error, std::string_view error_description)
{
    static constexpr std::string_view prefix = "AADSTS";
    ErrorBody out;
    if (is_code(error)) out.error = error;
    auto rest = error_description.substr(0, largest_body);
    for (auto at = rest.find(prefix); at != std::string_view::npos; at = rest.find(prefix)) {
        rest.remove_prefix(at + prefix.size());
        auto const number = positive_number(rest.substr(0, rest.find_first_not_of("0123456789")));
        if (number && out.error_codes.size() < most_codes) out.error_codes.push_back(*number);
    }
    return out;
}

} // namespace usaged
