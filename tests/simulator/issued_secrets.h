#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// Every secret that was handed out or received.
class IssuedSecrets {
public:
    /// A new one: `prefix` and random text that has to be percent-encoded in a form.
    std::string issue(std::string_view prefix);
    /// One that was made elsewhere; once, however often it comes.
    void keep(std::string const& secret);

    std::vector<std::string> const& all() const { return all_; }

private:
    std::vector<std::string> all_;
};

} // namespace usaged::test
