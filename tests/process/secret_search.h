#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// The part of a secret that no encoding in use changes, and that no other secret has: the longest run of letters and
/// digits after the last dot.
std::string_view core(std::string_view secret);

/// A sentence for each of the secrets that is in `text`, which was found at `place`. It shows what is around the secret
/// and not the secret.
std::vector<std::string> leaks(std::vector<std::string> const& secrets, std::string_view text,
                               std::string const& place);

} // namespace usaged::test
