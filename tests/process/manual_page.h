#pragma once

#include "tests/process/words.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// An entry of a list in a manual page.
struct ManualItem {
    std::string section; ///< the words of the nearest heading above it (.Sh or .Ss)
    std::string head;    ///< the macros after .It: `Fl -dry-run`
    std::string text;    ///< the first line below it
};

/// A manual page as mdoc(7) has it.
class ManualPage {
public:
    explicit ManualPage(std::filesystem::path const& file);

    /// Of all lists, or of those below the heading whose first words are these.
    std::vector<ManualItem> items(std::string_view heading = {}) const;

    /// The names in the entries below the heading that begin with the macro: `Va`, `Cm`.
    std::vector<std::string> names(std::string_view heading, std::string_view macro) const;

    /// The options in the entries below the heading, as they are typed.
    Words options(std::string_view heading) const;

    /// The first word of every .Ss below a .Sh of that name.
    Words subsections(std::string_view heading) const;

    /// The literal displays below a .Sh of that name, as they are shown.
    std::vector<std::string> displays(std::string_view heading) const;

private:
    std::vector<std::string> lines_;
};

} // namespace usaged::test
