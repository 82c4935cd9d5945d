#include "daemon/net/request_text.h"

#include <algorithm>
#include <stdexcept>

namespace usaged {

void append_field(std::string& text, std::string_view name, std::string_view value)
{
    auto const breaks_out = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (std::ranges::any_of(name, breaks_out) || std::ranges::any_of(value, breaks_out))
        throw std::invalid_argument{"a line break in a request header"};
    text.append(name).append(": ").append(value).append("\r\n");
}

std::string request_text(HttpRequest const& request, HttpsUrl const& url)
{
    auto size = request.method.size() + url.target.size() + url.authority.size() + request.body.size() + 128;
    for (auto const& header : request.headers) size += header.name.size() + header.value.size() + 4;
    std::string text;
    text.reserve(size); // growing would leave copies of credentials behind
    text.append(request.method).append(" ").append(url.target).append(" HTTP/1.1\r\n");
    append_field(text, "Host", url.authority);
    append_field(text, "Accept-Encoding", "gzip, identity");
    for (auto const& header : request.headers) append_field(text, header.name, header.value);
    if (!request.body.empty() || request.method == "POST")
        append_field(text, "Content-Length", std::to_string(request.body.size()));
    text.append("\r\n").append(request.body);
    return text;
}

} // namespace usaged
