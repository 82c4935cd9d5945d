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
/// for as little as it takes of each configured dataset. The caller holds an InstanceLock.
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
    boost::asio::awaitable<void> ask_all();
    boost::asio::awaitable<void> ask(DatasetSettings const& entry);
    boost::asio::awaitable<Verdict> ask_partner(Dataset const& dataset);
    boost::asio::awaitable<Verdict> ask_commercial(DatasetSettings const& entry);
    boost::asio::awaitable<std::optional<Verdict>> ask_first_customer(Dataset const& dataset);
    boost::asio::awaitable<Verdict> get(std::string path);
    void judge(Dataset const& dataset, Verdict const& verdict);
    void judge_account(Verdict const& verdict);
    void judge_sign_in(Verdict const& verdict);

    Config const& config_;
    TokenSource& tokens_;
    HttpTransport& transport_;
    Clock const& clock_;
    DoctorReport& report_;
    std::string access_token_; ///< wiped at the end
    bool account_judged_ = false;
    bool refused_ = false; ///< the user or the sign-in, so that asking on is of no use
};

} // namespace usaged
