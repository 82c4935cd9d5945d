#include "tests/process/words.h"

namespace usaged::test {
namespace {

/// Those of `words` that are not among `others`, each behind a sign.
std::string without(Words const& words, Words const& others, std::string const& sign)
{
    std::string text;
    for (auto const& word : words)
        if (!others.contains(word)) text.append(" ").append(sign).append(word);
    return text;
}

} // namespace

std::string difference(Words const& found, Words const& expected)
{
    return without(expected, found, "missing: ") + without(found, expected, "superfluous: ");
}

} // namespace usaged::test
