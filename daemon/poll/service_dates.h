#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace usaged {

/// Watches the processing date of each service while the pages of a commercial snapshot arrive: the service answers
/// with the newest, and where that changes in between, later pages lack the rows of the date before.
class ServiceDates {
public:
    /// `dataset` has Collection::commercial.
    explicit ServiceDates(Dataset const& dataset);

    /// Each row, as it arrives, and the end of each page.
    void note(Row const& row);
    void end_page();

    /// Of the first service whose rows were of one date on all pages until a newer one came: what happened and what to
    /// do about it, in words; empty if there is none.
    std::string const& change() const { return change_; }

private:
    struct Dates {
        std::string oldest;
        std::string newest;
        std::string before; ///< the one date on all earlier pages; empty if there is none
    };

    void note_new(std::string_view service, std::string_view date);
    void compare(std::string_view service, Dates const& dates);

    std::size_t service_column_;
    std::map<std::string, Dates, std::less<>> services_;
    std::string last_service_; ///< of the row before, as most rows are like it
    std::string last_date_;
    std::string change_;
};

} // namespace usaged
