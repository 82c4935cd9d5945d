#include "config/suggestion.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace usaged {
namespace {

/// Levenshtein's distance.
std::size_t edit_distance(std::string_view from, std::string_view to)
{
    std::vector<std::size_t> distances(to.size() + 1);
    std::iota(distances.begin(), distances.end(), std::size_t{0});
    for (std::size_t row = 1; row <= from.size(); ++row) {
        auto diagonal = distances[0];
        distances[0] = row;
        for (std::size_t column = 1; column <= to.size(); ++column) {
            auto const replaced = diagonal + (from[row - 1] == to[column - 1] ? 0 : 1);
            diagonal = distances[column];
            distances[column] = std::min({replaced, diagonal + 1, distances[column - 1] + 1});
        }
    }
    return distances.back();
}

} // namespace

std::string did_you_mean(std::string_view word, std::span<std::string_view const> known)
{
    constexpr std::size_t longest = 64; // of the words known; the work is bounded whatever the file holds
    if (word.size() > longest) return {};

    std::string_view nearest;
    auto nearest_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (auto const candidate : known) {
        auto const distance = edit_distance(word, candidate);
        if (distance < nearest_distance) {
            nearest = candidate;
            nearest_distance = distance;
        }
    }
    return nearest.empty() ? std::string{} : " (did you mean " + std::string{nearest} + "?)";
}

std::string alternatives(std::span<std::string_view const> words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

} // namespace usaged
