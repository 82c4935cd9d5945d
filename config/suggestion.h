#pragma once

#include <span>
#include <string>
#include <string_view>

namespace usaged {

/// ` (did you mean WORD?)` with the known word that `word` is most likely a misspelling of; empty if none is near.
std::string did_you_mean(std::string_view word, std::span<std::string_view const> known);

/// `a, b or c`
std::string alternatives(std::span<std::string_view const> words);

} // namespace usaged
