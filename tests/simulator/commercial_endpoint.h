#pragma once

#include "tests/simulator/commercial_options.h"
#include "tests/simulator/exchange.h"
#include "tests/simulator/form.h"
#include "tests/simulator/market.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace usaged::test {

/// What `GET /partner/v1/analytics/commercial/{usage,deployment}/license` serves.
class CommercialEndpoint {
public:
    enum class Kind { usage, deployment };

    /// `market` lives as long as this.
    CommercialEndpoint(Kind kind, Market const& market, CommercialOptions const& options)
        : kind_{kind}, market_{market}, options_{options}
    {
    }

    /// Whether the path has a form that is served.
    bool serves(Request const& request) const;

    Answer answer(Request const& request, std::size_t step);

private:
    /// All that a query finds at a step, of which the pages are cut.
    struct Found {
        std::size_t step;
        FormFields query;                              ///< but for `skip` and `top`
        std::optional<std::vector<std::string>> items; ///< nothing: the query is not understood
    };

    Found const& find(FormFields query, std::size_t step);
    std::optional<std::vector<std::string>> items(FormFields const& fields, std::size_t step) const;
    std::vector<LicenceRow> rows(std::size_t step, std::optional<std::chrono::sys_days> date) const;
    std::optional<std::vector<std::string>> grouped(std::vector<LicenceRow> const& rows,
                                                    std::string const& groupby) const;
    std::string item(LicenceRow const& row) const;
    std::string measures(LicenceRow const& row) const;
    std::string next_link(Request const& request, FormFields fields, std::size_t skip) const;

    Kind kind_;
    Market const& market_;
    CommercialOptions options_;
    std::optional<Found> last_;
};

} // namespace usaged::test
