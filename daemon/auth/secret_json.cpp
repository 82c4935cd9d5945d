#include "daemon/auth/secret_json.h"

#include "daemon/secret/secret.h"

#include <openssl/crypto.h>

#include <charconv>

namespace usaged {

SecretJson::SecretJson(std::string_view text)
{
    padded_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    padded_ = text;
    simdjson::dom::object object;
    if (parser_.parse(padded_).get(object) == simdjson::SUCCESS) object_ = object;
}

SecretJson::~SecretJson()
{
    wipe(padded_);
    // No string takes more here than in the text, but for four bytes that come before it; document::allocate says so.
    auto const capacity = 5 * parser_.doc.capacity() / 3;
    if (parser_.doc.string_buf) OPENSSL_cleanse(parser_.doc.string_buf.get(), capacity);
}

std::optional<std::string_view> SecretJson::text(std::string_view name) const
{
    std::string_view text;
    if (object_->at_key(name).get(text) != simdjson::SUCCESS) return std::nullopt;
    return text;
}

std::optional<std::int64_t> SecretJson::number(std::string_view name) const
{
    std::int64_t value = 0;
    if (object_->at_key(name).get(value) == simdjson::SUCCESS) return value;
    auto const digits = text(name).value_or("");
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

} // namespace usaged
