#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace usaged {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// What a look-up found, or why it found nothing.
struct LookUpResult {
    Endpoints endpoints;
    boost::system::error_code error;
};

/// A look-up that blocks, on a thread of its own. It does not throw, because exceptions that change threads make the
/// thread sanitizer of an uninstrumented C++ library cry wolf.
using LookUp = std::function<LookUpResult(std::string const& host, std::string const& port)>;

/// The look-up of the C library: getaddrinfo(3), so /etc/hosts, nsswitch.conf and resolv.conf count.
LookUpResult look_up_addresses(std::string const& host, std::string const& port);

/// The addresses of `host` (a name, or an address as text), best first, at least one. Throws Error with
/// ErrorCategory::network if there is none and if `deadline` passes first. At the deadline and on cancellation the
/// thread of the look-up, which nothing can interrupt, is left to end by itself; it shares nothing with the caller.
boost::asio::awaitable<Endpoints> resolve(std::string host, std::string port,
                                          std::chrono::steady_clock::time_point deadline, LookUp look_up);

} // namespace usaged
