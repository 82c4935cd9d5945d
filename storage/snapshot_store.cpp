#include "storage/snapshot_store.h"

namespace usaged {

std::string_view to_string(Trigger trigger)
{
    switch (trigger) {
    case Trigger::schedule:
        return "schedule";
    case Trigger::startup:
        return "startup";
    case Trigger::manual:
        return "manual";
    case Trigger::backfill:
        return "backfill";
    case Trigger::replay:
        return "replay";
    }
    return {};
}

std::string_view to_string(Outcome outcome)
{
    switch (outcome) {
    case Outcome::ok:
        return "ok";
    case Outcome::unchanged:
        return "unchanged";
    case Outcome::empty:
        return "empty";
    case Outcome::failed:
        return "failed";
    }
    return {};
}

} // namespace usaged
