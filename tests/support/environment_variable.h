#pragma once

#include <cstdlib>
#include <string>

namespace usaged::test {

/// Sets a variable of the environment, and removes it at the end.
class EnvironmentVariable {
public:
    EnvironmentVariable(char const* name, std::string const& value) : name_{name} { ::setenv(name, value.c_str(), 1); }
    ~EnvironmentVariable() { ::unsetenv(name_); }
    EnvironmentVariable(EnvironmentVariable const&) = delete;

private:
    char const* name_;
};

} // namespace usaged::test
