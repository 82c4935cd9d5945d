#pragma once

#include <string_view>

namespace usaged {

/// What an error answer leads to, as far as usaged can do something by itself.
enum class Reaction {
    refuse, ///< fails at once: repeating does not help, a person has to act
    skip,   ///< as refuse, but it is about the one customer of the request: the others are not concerned
    renew,  ///< repeated once, with a new access token
    retry,  ///< passes: repeated after a while
    wait,   ///< fails, and the next poll comes after five minutes at the earliest
    grace,  ///< repeated for a while, because Entra ID may not know the application's new certificate yet
};

/// The words for an error answer. `cause` goes on after a colon; `remedy` is one sentence or more.
struct Meaning {
    Reaction reaction;
    std::string_view cause;
    std::string_view remedy;
};

} // namespace usaged
