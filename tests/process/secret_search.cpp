#include "tests/process/secret_search.h"

#include <algorithm>
#include <cctype>

namespace usaged::test {
namespace {

bool is_letter_or_digit(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// What comes before and after, on the same line.
std::string context(std::string_view text, std::size_t at, std::size_t size)
{
    constexpr std::size_t enough = 100;
    auto before = text.substr(at - std::min(at, enough), std::min(at, enough));
    before.remove_prefix(before.rfind('\n') + 1); // npos + 1 is 0
    auto const after = text.substr(at + size, enough);
    return std::string{before} + "[SECRET]" + std::string{after.substr(0, after.find('\n'))};
}

} // namespace

std::string_view core(std::string_view secret)
{
    std::string_view longest;
    auto rest = secret.substr(secret.rfind('.') + 1);
    while (!rest.empty()) {
        auto const start = std::find_if(rest.begin(), rest.end(), is_letter_or_digit);
        rest.remove_prefix(static_cast<std::size_t>(start - rest.begin()));
        auto const end = std::find_if_not(rest.begin(), rest.end(), is_letter_or_digit);
        auto const run = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        if (run.size() > longest.size()) longest = run;
        rest.remove_prefix(run.size());
    }
    return longest;
}

std::vector<std::string> leaks(std::vector<std::string> const& secrets, std::string_view text, std::string const& place)
{
    std::vector<std::string> found;
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        auto const part = core(secrets[i]);
        auto const at = text.find(part);
        if (part.empty() || at == std::string_view::npos) continue;
        found.push_back("number " + std::to_string(i) + " of the simulator's secrets is in " + place + ": " +
                        context(text, at, part.size()));
    }
    return found;
}

} // namespace usaged::test
