#include "tests/fuzz/fuzz.h"

#include "daemon/fault/text.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace usaged::test {

std::string text_of(std::uint8_t const* data, std::size_t size)
{
    std::string text(size, '\0');
    std::transform(data, data + size, text.begin(), [](std::uint8_t byte) { return static_cast<char>(byte); });
    return text;
}

void require(bool holds, std::string_view promise)
{
    if (holds) return;
    std::fprintf(stderr, "broken promise: %s\n", std::string{promise}.c_str());
    std::abort();
}

bool is_presentable(std::string_view text)
{
    return without_controls(text) == text;
}

void require_proper(Error const& error, ErrorCategory category)
{
    std::string_view const what = error.what();
    require(error.category() == category, "the category is the documented one");
    require(!what.empty() && what.size() < 8192, "what() says something, and not too much");
    require(is_presentable(what), "what() is presentable");
    require(is_presentable(error.remedy()) && error.remedy().size() < 2048, "remedy() is presentable");
}

} // namespace usaged::test
