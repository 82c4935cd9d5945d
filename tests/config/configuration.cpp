#include "tests/config/configuration.h"

#include "tests/support/temp_dir.h"

#include <cstdlib>

namespace usaged::test {
namespace {

void set(std::string const& name, std::optional<std::string> const& value)
{
    if (value) {
        setenv(name.c_str(), value->c_str(), 1);
    } else {
        unsetenv(name.c_str());
    }
}

} // namespace

Config load(std::string_view text)
{
    TempDir const dir;
    auto const file = dir.path() / "usaged.yaml";
    write_file(file, text);
    return load_config(file);
}

std::string complaints_about(std::string_view text)
{
    TempDir const dir;
    auto const file = dir.path() / "usaged.yaml";
    write_file(file, text);
    try {
        load_config(file);
        return {};
    } catch (Error const& error) {
        std::string complaints = error.what();
        auto const prefix = dir.path().string() + "/";
        for (auto at = complaints.find(prefix); at != std::string::npos; at = complaints.find(prefix, at)) {
            complaints.erase(at, prefix.size());
        }
        return complaints;
    }
}

EnvironmentVariable::EnvironmentVariable(std::string name, std::optional<std::string> const& value)
    : name_{std::move(name)}
{
    if (auto const* const before = std::getenv(name_.c_str())) before_ = before;
    set(name_, value);
}

EnvironmentVariable::~EnvironmentVariable()
{
    set(name_, before_);
}

} // namespace usaged::test
