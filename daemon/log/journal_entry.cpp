#include "daemon/log/journal_entry.h"

#include "daemon/fault/text.h"
#include "daemon/log/log_line.h"

#define SD_JOURNAL_SUPPRESS_LOCATION // the line of this file says nothing about the event
#include <systemd/sd-journal.h>

#include <sys/uio.h>
#include <unistd.h>

namespace usaged {

namespace {

constexpr char const* journal_socket = "/run/systemd/journal/socket"; // sd-journal(3) has no other

std::string journal_name(std::string_view field)
{
    if (field == "poll") return "USAGED_POLL_ID";
    std::string name = field == "request_id" || field == "correlation_id" ? "MS_" : "USAGED_";
    for (char const c : field) {
        bool const small = c >= 'a' && c <= 'z';
        bool const other = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        name += small ? static_cast<char>(c - 'a' + 'A') : other ? c : '_';
    }
    constexpr std::size_t longest_name = 64;
    return name.substr(0, longest_name);
}

} // namespace

std::vector<std::string> journal_entry(LogEvent const& event)
{
    std::vector<std::string> entry;
    auto const add = [&entry](std::string name, std::string_view value) {
        entry.push_back(std::move(name) + "=" + without_controls(value));
    };
    add("MESSAGE", message_text(event));
    add("PRIORITY", std::string{priority(event.level)});
    add("SYSLOG_IDENTIFIER", "usaged");
    add("USAGED_EVENT", event.event);
    if (!event.detail.empty()) add("USAGED_DETAIL", event.detail);
    for (auto const& field : event.fields) add(journal_name(field.first), field_text(field));
    return entry;
}

bool send_to_journal(std::vector<std::string> const& entry)
{
    // sd_journal_sendv() takes a missing socket for success.
    if (::access(journal_socket, W_OK) != 0) return false;
    std::vector<::iovec> parts;
    for (auto const& field : entry) parts.push_back({const_cast<char*>(field.data()), field.size()});
    return ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

} // namespace usaged
