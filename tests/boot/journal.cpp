#include "tests/boot/journal.h"

#include "tests/boot/eventually.h"

#include <simdjson.h>

#include <optional>
#include <sstream>
#include <stdexcept>

namespace usaged::test {
namespace {

JournalEntry parsed(simdjson::dom::parser& parser, std::string const& line)
{
    JournalEntry entry;
    for (auto const& [name, value] : parser.parse(line).get_object()) {
        std::string_view text;
        if (value.get_string().get(text) == simdjson::SUCCESS) entry[std::string{name}] = std::string{text};
    }
    return entry;
}

/// The last of `count` or more.
std::optional<JournalEntry> find(std::vector<JournalEntry> const& entries, std::string_view text, std::size_t count)
{
    std::optional<JournalEntry> last;
    std::size_t found = 0;
    for (auto const& entry : entries) {
        auto const message = entry.find("MESSAGE");
        if (message == entry.end() || message->second.find(text) == std::string::npos) continue;
        last = entry;
        ++found;
    }
    return found >= count ? last : std::nullopt;
}

} // namespace

std::vector<JournalEntry> journal_of(BootedSystem const& system, std::string const& unit)
{
    std::istringstream lines{system.ask("journalctl --quiet --all --output=json --unit=" + unit).output};
    simdjson::dom::parser parser;
    std::vector<JournalEntry> entries;
    for (std::string line; std::getline(lines, line);) entries.push_back(parsed(parser, line));
    return entries;
}

JournalEntry wait_for_message(BootedSystem const& system, std::string const& unit, std::string_view text,
                              std::size_t count)
{
    std::optional<JournalEntry> entry;
    auto const there = [&] { return (entry = find(journal_of(system, unit), text, count)).has_value(); };
    if (!eventually(there))
        throw std::runtime_error{"the journal of " + unit + " does not say `" + std::string{text} + "`:\n" +
                                 system.ask("journalctl --quiet --unit=" + unit).output};
    system.log().remark("the journal says: " + entry->at("MESSAGE"));
    return *entry;
}

} // namespace usaged::test
