#pragma once

#include "daemon/log/log.h"

#include <string>
#include <vector>

namespace usaged {

/// The event as the fields of one journal entry, each `NAME=value`: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, USAGED_EVENT,
/// USAGED_DETAIL, and one for each field of the event. That is USAGED_ and its name in capitals, but for USAGED_POLL_ID
/// (`poll`), MS_REQUEST_ID and MS_CORRELATION_ID. A name has nothing but A-Z, 0-9 and `_`, a value neither control
/// characters nor bytes that are not UTF-8, so none can end its field and begin another (systemd.journal-fields(7)).
std::vector<std::string> journal_entry(LogEvent const& event);

/// Gives the entry to journald over its socket. False if it cannot be had: the caller has to tell somebody else.
bool send_to_journal(std::vector<std::string> const& entry);

} // namespace usaged
