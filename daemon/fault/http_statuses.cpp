#include "daemon/fault/http_statuses.h"

#include <algorithm>
#include <limits>

namespace usaged {

namespace {

using enum ErrorCategory;
using enum Reaction;

constexpr int lowest = std::numeric_limits<int>::min();
constexpr int highest = std::numeric_limits<int>::max();

constexpr HttpStatus table[] = {
    {lowest, 299, http, refuse, "sent no data", "The rows that are stored stay as they are."},
    {300, 399, http, refuse, "redirects",
     "Redirects are not followed. Check partner_center.base_url and partner_center.authority."},
    {401, 401, auth, renew, "refuses the access token",
     "If this lasts, a person has to sign in again: run `usaged login`. `usaged check --online` shows what is wrong."},
    {403, 403, auth, refuse, "refuses access",
     "Check the roles of the user who signed in at Partner Center > Account settings > User management. "
     "`usaged check --online` shows what is wrong."},
    {404, 404, http, refuse, "does not have what was asked for",
     "Check partner_center.base_url. Repeating the request will not help."},
    {408, 408, http, retry, "did not get the request in time",
     "`usaged run` tries again by itself; otherwise repeat the command."},
    {429, 429, throttled, retry, "asks us to slow down",
     "usaged waits as long as it is asked to. If this lasts, poll less often (schedule.every)."},
    {400, 499, http, refuse, "refuses the request",
     "Repeating the request will not help. Check partner_center.base_url and the configuration: `usaged check`."},
    {500, highest, http, retry, "failed",
     "The fault is at Microsoft's end. `usaged run` tries again by itself; otherwise repeat the command. If it lasts, "
     "see whether an "
     "outage is known: "
     "https://admin.microsoft.com > Health > Service health."},
};

} // namespace

std::span<HttpStatus const> http_statuses()
{
    return table;
}

HttpStatus const& find_http_status(int status)
{
    return *std::find_if(std::begin(table), std::end(table),
                         [status](HttpStatus const& row) { return row.first <= status && status <= row.last; });
}

} // namespace usaged
