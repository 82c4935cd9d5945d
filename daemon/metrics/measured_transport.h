#pragma once

#include "daemon/metrics/metrics.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"

#include <memory>
#include <string>

namespace usaged {

/// Where the parts of the service are, to tell requests apart by.
struct EndpointAddresses {
    std::string tokens; ///< what addresses of token endpoints begin with
    std::string api;    ///< what those of the API begin with
};

/// Sends through another transport and counts every request. One that is cancelled is not counted.
class MeasuredTransport : public HttpTransport {
public:
    /// Borrows the references.
    MeasuredTransport(std::unique_ptr<HttpTransport> transport, EndpointAddresses addresses, Metrics& metrics,
                      Clock const& clock);

    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override;

private:
    std::string_view endpoint_of(std::string const& url) const;

    std::unique_ptr<HttpTransport> transport_;
    EndpointAddresses addresses_;
    Metrics& metrics_;
    Clock const& clock_;
};

} // namespace usaged
