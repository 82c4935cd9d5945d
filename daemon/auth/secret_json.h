#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

namespace usaged {

/// A JSON object with secrets in it. The copies that reading makes are wiped when it goes.
class SecretJson {
public:
    explicit SecretJson(std::string_view text);
    SecretJson(SecretJson const&) = delete;
    SecretJson& operator=(SecretJson const&) = delete;
    ~SecretJson();

    /// Whether the text is one JSON object and nothing else. Only then is there something to ask for.
    bool valid() const { return object_.has_value(); }

    /// The text of that name, valid while this lives; nothing if there is none.
    std::optional<std::string_view> text(std::string_view name) const;

    /// The number of that name, which may stand there as text; nothing if there is none.
    std::optional<std::int64_t> number(std::string_view name) const;

private:
    std::string padded_; // simdjson would make a copy of its own
    simdjson::dom::parser parser_;
    std::optional<simdjson::dom::object> object_;
};

} // namespace usaged
