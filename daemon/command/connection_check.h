#pragma once

#include "config/config.h"
#include "daemon/command/doctor_report.h"
#include "daemon/net/http.h"
#include "daemon/net/https_url.h"
#include "daemon/poll/clock.h"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace usaged {

/// The way to Entra ID and to the API, as far as it goes without credentials: names, proxy, TLS, clock and tenant.
class ConnectionCheck {
public:
    ConnectionCheck(Config const& config, HttpTransport& transport, Clock const& clock, DoctorReport& report);

    boost::asio::awaitable<void> run();

    bool tenant_known() const { return tenant_known_; }
    bool api_reached() const { return api_reached_; }

private:
    boost::asio::awaitable<std::optional<HttpResponse>> reach(std::string url);
    boost::asio::awaitable<bool> look_up(HttpsUrl url);
    boost::asio::awaitable<bool> look_up_name(std::string host, std::string port);
    void check_clock(HttpResponse const& response);
    void check_tenant(std::optional<HttpResponse> const& response);

    Config const& config_;
    HttpTransport& transport_;
    Clock const& clock_;
    DoctorReport& report_;
    bool clock_compared_ = false;
    bool tenant_known_ = false;
    bool api_reached_ = false;
};

} // namespace usaged
