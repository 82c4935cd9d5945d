#include "tests/process/manual_page.h"

#include "tests/process/usaged_process.h"
#include "tests/support/temp_dir.h"

#include <regex>
#include <sstream>

namespace usaged::test {
namespace {

bool begins_with_words(std::string_view text, std::string_view words)
{
    return text.starts_with(words) && (text.size() == words.size() || text[words.size()] == ' ');
}

/// What stands after `macro` in a line that begins with it.
std::string after(std::string const& line, std::string_view macro)
{
    return begins_with_words(line, macro) && line.size() > macro.size() ? line.substr(macro.size() + 1) : std::string{};
}

} // namespace

ManualPage::ManualPage(std::filesystem::path const& file) : lines_{lines_with(read_file(file), "")} {}

std::vector<ManualItem> ManualPage::items(std::string_view heading) const
{
    std::vector<ManualItem> found;
    std::string section;
    for (std::size_t i = 0; i + 1 < lines_.size(); ++i) {
        auto const& line = lines_[i];
        if (line.starts_with(".Sh ") || line.starts_with(".Ss ")) section = line.substr(4);
        auto head = after(line, ".It");
        if (!head.empty() && begins_with_words(section, heading.empty() ? section : heading))
            found.push_back({section, std::move(head), lines_[i + 1]});
    }
    return found;
}

std::vector<std::string> ManualPage::names(std::string_view heading, std::string_view macro) const
{
    std::vector<std::string> found;
    for (auto const& item : items(heading))
        if (auto name = after(item.head, macro); !name.empty()) found.push_back(std::move(name));
    return found;
}

Words ManualPage::options(std::string_view heading) const
{
    static std::regex const option{"\\bFl (\\S+)"};
    Words found;
    for (auto const& item : items(heading))
        for (std::sregex_iterator match{item.head.begin(), item.head.end(), option}, end; match != end; ++match)
            found.insert("-" + match->str(1));
    return found;
}

Words ManualPage::subsections(std::string_view heading) const
{
    Words found;
    bool inside = false;
    for (auto const& line : lines_) {
        if (line.starts_with(".Sh ")) inside = line.substr(4) == heading;
        auto const title = after(line, ".Ss");
        if (inside && !title.empty()) found.insert(title.substr(0, title.find(' ')));
    }
    return found;
}

std::vector<std::string> ManualPage::displays(std::string_view heading) const
{
    static std::regex const backslash{"\\\\e"};
    std::vector<std::string> found;
    bool inside = false;
    bool displayed = false;
    for (auto const& line : lines_) {
        if (line.starts_with(".Sh ")) inside = line.substr(4) == heading;
        if (line == ".Ed") displayed = false;
        if (displayed) found.back() += std::regex_replace(line, backslash, "\\") + '\n';
        if (inside && line.starts_with(".Bd -literal")) {
            displayed = true;
            found.emplace_back();
        }
    }
    return found;
}

} // namespace usaged::test
