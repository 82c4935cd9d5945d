#include "tests/simulator/exchange.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <map>
#include <random>

namespace usaged::test {
namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string reason(int status)
{
    static std::map<int, std::string> const reasons{{200, "OK"},
                                                    {204, "No Content"},
                                                    {302, "Found"},
                                                    {400, "Bad Request"},
                                                    {401, "Unauthorized"},
                                                    {403, "Forbidden"},
                                                    {404, "Not Found"},
                                                    {405, "Method Not Allowed"},
                                                    {421, "Misdirected Request"},
                                                    {429, "Too Many Requests"},
                                                    {500, "Internal Server Error"},
                                                    {503, "Service Unavailable"}};
    auto const found = reasons.find(status);
    return found == reasons.end() ? std::string{} : found->second;
}

std::string random_hex(std::size_t digits)
{
    std::random_device device;
    std::string text;
    while (text.size() < digits) {
        std::array<char, 9> block{};
        std::snprintf(block.data(), block.size(), "%08x", device());
        text += block.data();
    }
    text.resize(digits);
    return text;
}

} // namespace

std::string_view Request::path() const
{
    return std::string_view{target}.substr(0, target.find('?'));
}

std::string_view Request::query() const
{
    auto const mark = target.find('?');
    return mark == std::string::npos ? std::string_view{} : std::string_view{target}.substr(mark + 1);
}

std::vector<std::string> Request::values(std::string_view name) const
{
    std::vector<std::string> found;
    for (auto const& header : headers)
        if (equal_ignoring_case(header.name, name)) found.push_back(header.value);
    return found;
}

std::string Request::value(std::string_view name) const
{
    auto const found = values(name);
    return found.empty() ? std::string{} : found.front();
}

std::string to_bytes(Answer const& answer, bool keep_alive)
{
    auto text = "HTTP/1.1 " + std::to_string(answer.status) + ' ' + reason(answer.status) + "\r\n";
    text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    for (auto const& header : answer.headers) text += header.name + ": " + header.value + "\r\n";
    if (!keep_alive) text += "Connection: close\r\n";
    text.reserve(text.size() + 2 + answer.body.size());
    text += "\r\n";
    return text += answer.body;
}

std::string http_date(std::chrono::system_clock::time_point time)
{
    auto const seconds = std::chrono::system_clock::to_time_t(time);
    std::tm fields{};
    gmtime_r(&seconds, &fields);
    std::array<char, 40> text{};
    auto const size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &fields);
    return {text.data(), size};
}

bool is_guid(std::string_view text)
{
    constexpr std::string_view pattern = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    return std::equal(text.begin(), text.end(), pattern.begin(), pattern.end(), [](char c, char wanted) {
        return wanted == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

std::string random_guid()
{
    auto text = random_hex(32);
    for (std::size_t const hyphen : {8U, 13U, 18U, 23U}) text.insert(hyphen, 1, '-');
    return text;
}

std::string random_token(std::string_view prefix)
{
    return std::string{prefix} + random_hex(32) + "+/~=";
}

bool equal_ignoring_case(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace usaged::test
