#include "daemon/fault/api_codes.h"
#include "daemon/fault/entra_codes.h"
#include "daemon/fault/http_statuses.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

/// What usaged does by itself, in the words of the document.
std::string reaction_text(Reaction reaction)
{
    switch (reaction) {
    case Reaction::refuse:
        return "gives up until the next poll";
    case Reaction::skip:
        return "leaves the customer out";
    case Reaction::renew:
        return "asks once more, with a new token";
    case Reaction::retry:
        return "tries again";
    case Reaction::wait:
        return "waits, five minutes at least";
    case Reaction::grace:
        return "tries again for a while";
    }
    return {};
}

std::string row(std::string const& name, Reaction reaction, std::string_view cause, std::string_view remedy)
{
    return "| " + name + " | " + std::string{cause} + " | " + reaction_text(reaction) + " | " + std::string{remedy} +
           " |";
}

std::string row(std::string const& name, Meaning const& meaning)
{
    return row(name, meaning.reaction, meaning.cause, meaning.remedy);
}

Lines api_rows()
{
    Lines lines;
    for (auto const& one : api_codes())
        lines.push_back(row(std::to_string(one.status) + ", `" + std::string{one.code} + "`", one.meaning));
    return lines;
}

Lines entra_rows()
{
    Lines lines;
    for (auto const& one : entra_codes()) {
        std::string numbers;
        for (auto const number : one.numbers)
            if (number != 0) numbers += (numbers.empty() ? "" : ", ") + std::to_string(number);
        lines.push_back(row(numbers, one.meaning));
    }
    return lines;
}

Lines entra_words(std::span<EntraError const> errors)
{
    Lines lines;
    for (auto const& one : errors) lines.push_back(row("`" + std::string{one.error} + "`", one.meaning));
    return lines;
}

std::string statuses_text(HttpStatus const& row)
{
    if (row.first == row.last) return std::to_string(row.first);
    if (row.first == std::numeric_limits<int>::min()) return "up to " + std::to_string(row.last);
    if (row.last == std::numeric_limits<int>::max()) return std::to_string(row.first) + " and above";
    return std::to_string(row.first) + " to " + std::to_string(row.last);
}

Lines status_rows()
{
    Lines lines;
    for (auto const& one : http_statuses())
        lines.push_back(row(statuses_text(one), one.reaction, one.cause, one.remedy));
    return lines;
}

/// The rows of the table below a heading, without its head.
Lines rows_below(std::string const& text, std::string const& heading)
{
    std::istringstream in{text};
    Lines lines;
    bool below = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#')) below = line == heading;
        if (below && line.starts_with("| ")) lines.push_back(line);
    }
    if (lines.size() > 2) lines.erase(lines.begin(), lines.begin() + 2);
    return lines;
}

} // namespace

TEST_CASE("the document about troubles has every code that the program knows, in its words, and no other")
{
    auto const text = read_file(USAGED_SOURCE_DIR "/docs/troubleshooting.md");
    CHECK(rows_below(text, "## Codes of Partner Center") == api_rows());
    CHECK(rows_below(text, "## AADSTS numbers") == entra_rows());
    CHECK(rows_below(text, "### Words in `error`") == entra_words(entra_errors()));
    CHECK(rows_below(text, "### Words in `suberror`") == entra_words(entra_suberrors()));
    CHECK(rows_below(text, "## HTTP statuses") == status_rows());
}

} // namespace usaged::test
