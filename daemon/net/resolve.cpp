#include "daemon/net/resolve.h"

#include "daemon/fault/error.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <future>
#include <memory>
#include <netdb.h>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace usaged {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

/// The codes of getaddrinfo, with the texts of the C library.
class LookUpCategory : public boost::system::error_category {
public:
    char const* name() const noexcept override { return "getaddrinfo"; }
    std::string message(int code) const override { return ::gai_strerror(code); }
};

boost::system::error_code look_up_error(int code, int system_error)
{
    static LookUpCategory const category;
    if (code == EAI_SYSTEM) return {system_error, boost::system::system_category()};
    return {code, category};
}

/// An eventfd that the look-up's thread signals and the coroutine waits for.
class Event {
public:
    Event() : fd_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}
    {
        if (fd_ < 0) throw std::system_error{errno, std::generic_category()};
    }
    Event(Event const&) = delete;
    Event& operator=(Event const&) = delete;
    ~Event() { ::close(fd_); }

    void signal() { ::eventfd_write(fd_, 1); }
    /// Another descriptor of the same event, for the caller to close.
    int duplicate() const
    {
        auto const other = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
        if (other < 0) throw std::system_error{errno, std::generic_category()};
        return other;
    }

private:
    int fd_;
};

Error failure(std::string const& host, std::string const& reason)
{
    return Error{ErrorCategory::network, "cannot look up " + host + ": " + reason,
                 "check the name, and whether this computer can look up other names"};
}

/// Starts `look_up` on a detached thread, which outlives the caller if need be.
std::future<LookUpResult> start(LookUp look_up, std::string host, std::string port, std::unique_ptr<Event> done)
{
    std::packaged_task<LookUpResult()> task{
        [look_up = std::move(look_up), host = std::move(host), port = std::move(port)] { return look_up(host, port); }};
    auto result = task.get_future();
    std::thread{[task = std::move(task), done = std::move(done)]() mutable {
        task();
        done->signal();
    }}.detach();
    return result;
}

/// Waits until `descriptor` is readable; false if the deadline came first.
asio::awaitable<bool> readable_before(std::shared_ptr<asio::posix::stream_descriptor> descriptor,
                                      std::chrono::steady_clock::time_point deadline)
{
    asio::steady_timer timer{descriptor->get_executor(), deadline};
    // Shared, because the handler may run after this coroutine is gone.
    auto const expired = std::make_shared<bool>(false);
    timer.async_wait([descriptor, expired](boost::system::error_code const& error) {
        if (error) return;
        *expired = true;
        descriptor->cancel();
    });
    auto const token = asio::as_tuple(asio::use_awaitable);
    auto const [error] = co_await descriptor->async_wait(asio::posix::stream_descriptor::wait_read, token);
    if (error && !*expired) throw boost::system::system_error{error};
    co_return !error;
}

} // namespace

LookUpResult look_up_addresses(std::string const& host, std::string const& port)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* first = nullptr;
    auto const code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &first);
    if (code != 0) return {{}, look_up_error(code, errno)};
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> const owner{first, ::freeaddrinfo};

    LookUpResult result;
    for (auto const* info = first; info != nullptr; info = info->ai_next) {
        tcp::endpoint endpoint;
        if (info->ai_addrlen > endpoint.capacity()) continue;
        endpoint.resize(info->ai_addrlen);
        std::memcpy(endpoint.data(), info->ai_addr, info->ai_addrlen);
        result.endpoints.push_back(endpoint);
    }
    return result;
}

asio::awaitable<Endpoints> resolve(std::string host, std::string port, std::chrono::steady_clock::time_point deadline,
                                   LookUp look_up)
{
    auto const executor = co_await asio::this_coro::executor;
    std::future<LookUpResult> result;
    std::shared_ptr<asio::posix::stream_descriptor> descriptor;
    try {
        auto done = std::make_unique<Event>();
        descriptor = std::make_shared<asio::posix::stream_descriptor>(executor, done->duplicate());
        result = start(std::move(look_up), host, port, std::move(done));
    } catch (std::system_error const& error) { // no descriptor or no thread left
        throw failure(host, error.code().message());
    }

    auto const in_time = co_await readable_before(descriptor, deadline);
    if (!in_time) throw failure(host, "no answer in time");
    auto const found = result.get();
    if (found.error) throw failure(host, found.error.message());
    if (found.endpoints.empty()) throw failure(host, "it has no address");
    co_return found.endpoints;
}

} // namespace usaged
