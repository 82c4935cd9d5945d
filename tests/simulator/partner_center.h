#pragma once

#include "tests/simulator/api_gate.h"
#include "tests/simulator/commercial_endpoint.h"
#include "tests/simulator/customer_list.h"
#include "tests/simulator/endpoint.h"
#include "tests/simulator/market.h"
#include "tests/simulator/prepared_pages.h"
#include "tests/simulator/usage_endpoint.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace usaged::test {

struct PartnerCenterOptions {
    GateOptions gate = {};
    bool advance_per_request = false;
    CommercialOptions commercial = {};
    CustomerListOptions customer_list = {};
};

/// The seven endpoints of Partner Center: what they demand, and what they serve.
class PartnerCenter {
public:
    /// `accepts_token` decides about access tokens.
    PartnerCenter(Market market, PartnerCenterOptions const& options,
                  std::function<bool(std::string const&, ApiGate::Time)> accepts_token);
    PartnerCenter(PartnerCenter const&) = delete;
    PartnerCenter& operator=(PartnerCenter const&) = delete;

    /// To a request to one of the seven.
    Answer answer(Request const& request, ApiGate::Time now);

    Market const& market() const { return market_; }
    std::size_t step() const { return step_; }
    void advance(std::size_t steps) { step_ += steps; }

    /// See Simulator::serve.
    void serve(Endpoint endpoint, std::vector<std::string> pages);

private:
    Answer content(Request const& request);
    std::optional<Answer> prepared(Request const& request);
    Answer partner_usage(Request const& request);
    Answer partner_deployment(Request const& request) const;
    Answer customer(Request const& request) const;

    Market const market_;
    PartnerCenterOptions const options_;
    ApiGate gate_;
    UsageEndpoint usage_{market_.series()};
    CommercialEndpoint licenses_usage_{CommercialEndpoint::Kind::usage, market_, options_.commercial};
    CommercialEndpoint licenses_deployment_{CommercialEndpoint::Kind::deployment, market_, options_.commercial};
    std::map<Endpoint, PreparedPages> prepared_;
    std::size_t step_ = 0;
};

} // namespace usaged::test
