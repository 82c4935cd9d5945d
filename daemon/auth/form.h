#pragma once

#include <string>
#include <string_view>

namespace usaged {

/// The body of a token request, `application/x-www-form-urlencoded` with every byte but the unreserved ones
/// percent-encoded (RFC 3986, section 2.3). It holds secrets: its memory is wiped when it grows and when it goes.
class Form {
public:
    Form() = default;
    Form(Form const&) = delete;
    Form& operator=(Form const&) = delete;
    Form(Form&& other) noexcept;
    Form& operator=(Form&& other) = delete;
    ~Form();

    void add(std::string_view name, std::string_view value);

    /// The body. Copies of it are the caller's to wipe.
    std::string const& text() const { return text_; }

private:
    std::string text_;
};

/// `text` with every byte but the unreserved ones percent-encoded, as a query takes it.
std::string percent_encoded(std::string_view text);

} // namespace usaged
