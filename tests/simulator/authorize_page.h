#pragma once

#include "tests/simulator/entra.h"

#include <string>
#include <vector>

namespace usaged::test {

std::vector<Header> page_headers();

/// A page with the button "Sign in", which posts to `target`; `by_itself`: as soon as a browser shows the page.
std::string sign_in_page(std::string const& target, bool by_itself);

/// What a person sees whose request cannot be served.
std::string trouble_page(Refusal const& refusal);

} // namespace usaged::test
