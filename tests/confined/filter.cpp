#include "tests/confined/filter.h"

#include <sstream>
#include <stdexcept>
#include <string_view>

namespace usaged::test {
namespace {

constexpr std::string_view setting = "SystemCallFilter=";

void expand(std::string const& name, CallGroups const& groups, std::set<std::string>& calls)
{
    if (!name.starts_with('@')) {
        calls.insert(name.substr(0, name.find(':'))); // what stands behind it is an error number
        return;
    }
    auto const group = groups.find(name);
    if (group == groups.end()) throw std::runtime_error{"systemd knows no group " + name};
    for (auto const& member : group->second) expand(member, groups, calls);
}

std::set<std::string> expanded(std::string const& names, CallGroups const& groups)
{
    std::set<std::string> calls;
    std::istringstream words{names};
    for (std::string name; words >> name;) expand(name, groups, calls);
    return calls;
}

} // namespace

CallGroups read_call_groups(std::istream& in)
{
    CallGroups groups;
    std::string group;
    for (std::string line; std::getline(in, line);) {
        auto const begin = line.find_first_not_of(' ');
        if (begin == std::string::npos) continue;
        if (begin == 0)
            group = line;
        else if (line[begin] != '#')
            groups[group].push_back(line.substr(begin));
    }
    return groups;
}

std::set<std::string> allowed_calls(std::istream& unit, CallGroups const& groups)
{
    std::set<std::string> allowed;
    for (std::string line; std::getline(unit, line);) {
        if (!line.starts_with(setting)) continue;
        auto const names = line.substr(setting.size());
        if (!names.starts_with('~'))
            allowed.merge(expanded(names, groups));
        else if (allowed.empty())
            throw std::runtime_error{"the unit allows every system call but some"};
        else
            for (auto const& call : expanded(names.substr(1), groups)) allowed.erase(call);
    }
    if (allowed.empty()) throw std::runtime_error{"the unit has no filter of system calls"};
    return allowed;
}

} // namespace usaged::test
