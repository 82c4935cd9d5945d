#include "daemon/auth/form.h"

#include "daemon/secret/secret.h"

#include <algorithm>

namespace usaged {

namespace {

bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text)
{
    static constexpr std::string_view hex_digits = "0123456789ABCDEF";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (is_unreserved(c)) {
            out += c;
        } else {
            out += '%';
            out += hex_digits[byte >> 4U];
            out += hex_digits[byte & 0xFU];
        }
    }
}

} // namespace

// Copied and wiped: moving a short form would leave it in the other's buffer.
Form::Form(Form&& other) noexcept : text_{other.text_} // NOLINT(performance-move-constructor-init)
{
    wipe(other.text_);
}

Form::~Form()
{
    wipe(text_);
}

void Form::add(std::string_view name, std::string_view value)
{
    auto const needed = text_.size() + 2 + name.size() + 3 * value.size();
    if (needed > text_.capacity()) {
        std::string larger;
        larger.reserve(std::max(needed, 2 * text_.capacity()));
        larger = text_;
        wipe(text_);
        text_.swap(larger);
    }
    if (!text_.empty()) text_ += '&';
    text_ += name;
    text_ += '=';
    append_encoded(text_, value);
}

std::string percent_encoded(std::string_view text)
{
    std::string out;
    out.reserve(3 * text.size());
    append_encoded(out, text);
    return out;
}

} // namespace usaged
