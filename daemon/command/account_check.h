#pragma once

#include "config/config.h"
#include "daemon/auth/token_source.h"
#include "daemon/command/doctor_report.h"
#include "daemon/login/probe.h"
#include "daemon/net/http.h"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace usaged {

/// What the credentials are worth: redeems the refresh token, which is stored again as at every use, and asks the API
/// once. The caller holds an InstanceLock.
class AccountCheck {
public:
    AccountCheck(Config const& config, TokenSource& tokens, HttpTransport& transport, Clock const& clock,
                 DoctorReport& report);

    /// Asks the API only if it was `api_reached`.
    boost::asio::awaitable<void> run(bool api_reached);

    /// Reports that none of it could be found out.
    static void skip(DoctorReport& report, std::string const& reason);

private:
    boost::asio::awaitable<std::optional<std::string>> redeem();
    boost::asio::awaitable<void> ask(std::string access_token);
    void judge(Verdict const& verdict);
    void judge_sign_in(Verdict const& verdict);

    Config const& config_;
    TokenSource& tokens_;
    HttpTransport& transport_;
    Clock const& clock_;
    DoctorReport& report_;
};

} // namespace usaged
