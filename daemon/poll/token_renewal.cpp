#include "daemon/poll/token_renewal.h"

#include "daemon/poll/recorded_transport.h"

namespace usaged {

boost::asio::awaitable<void> renew_refresh_token(TokenSource& tokens, SnapshotStore& store, Clock const& clock,
                                                 Log& log,
                                                 std::function<std::unique_ptr<HttpTransport>()> make_transport)
{
    tokens.store_pending();
    if (!tokens.renewal_due()) co_return;
    auto const transport = make_transport();
    RecordedTransport recorded{*transport, store, clock, log, std::nullopt};
    co_await tokens.renew(recorded, 1);
}

} // namespace usaged
