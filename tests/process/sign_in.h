#pragma once

#include "tests/process/browser.h"
#include "tests/process/installation.h"

#include <map>
#include <string>
#include <vector>

namespace usaged::test {

/// The configuration before the first sign-in.
inline std::map<std::string, std::string> const without_seed{{"partner_center.refresh_token", ""}};

/// `usaged login` that waits for the browser.
struct SignIn {
    explicit SignIn(Installation const& of, std::vector<std::string> const& arguments = {}, bool with_input = true)
        : site{of}, process{start(of, arguments, with_input)}, url{process.wait_for_output("/oauth2/")}
    {
    }

    static UsagedProcess start(Installation const& site, std::vector<std::string> arguments, bool with_input)
    {
        arguments.insert(arguments.begin(), {"login", "--log-level", "trace"});
        ProcessOptions options;
        options.with_input = with_input;
        return site.start(arguments, options);
    }

    /// Where the browser is sent when the person has signed in.
    std::string redirect() const { return Browser{site.simulator}.sign_in(url); }
    /// The browser goes there too.
    Browser::Page in_browser() const { return Browser::open(redirect()); }

    Installation const& site;
    UsagedProcess process;
    std::string url;
};

} // namespace usaged::test
