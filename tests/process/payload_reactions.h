#pragma once

#include "tests/process/payload_index.h"

#include <string_view>

namespace usaged::test {

/// What usaged has to do about an answer.
struct Reaction {
    std::string_view outcome;  ///< poll.outcome; empty for a sign-in, which is no poll
    std::string_view category; ///< of the error; empty: it succeeds
    int exit_status;
    int tries; ///< of the request that is answered, of 3 that are allowed; of a sign-in: token requests
};

/// By the tables of payload_reactions.cpp. Throws std::runtime_error for a payload that they do not know.
Reaction reaction_to(IndexedPayload const& payload);

/// What the endpoint of an answer of the API has to answer one request after the other, that one included, so that the
/// poll gets to it and on from it. `tries` is how often a failing answer is repeated.
std::vector<IndexedPayload> answers_around(IndexedPayload const& payload, std::size_t tries);

/// The files that the tables name although the index does not have them.
std::vector<std::string> unknown_exceptions();

} // namespace usaged::test
