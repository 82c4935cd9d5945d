#pragma once

#include "daemon/fault/error.h"
#include "daemon/net/https_transport.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls_server.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace usaged::test {

/// A root that the client trusts and a good certificate from it for 127.0.0.1, ::1 and localhost.
struct Site {
    TempDir directory;
    KeyedCertificate root = make_ca("Root of the tests");
    KeyedCertificate certificate = issue(root, {.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1", "::1"}});

    /// Trusts the root, uses no proxy, and waits for nothing longer than `limit`.
    HttpSettings settings(std::chrono::milliseconds limit = std::chrono::seconds{30}) const
    {
        HttpSettings settings;
        settings.proxy.url = "direct";
        settings.connect_timeout = limit;
        settings.response_timeout = limit;
        settings.ca_file = directory.path() / "root.pem";
        write_file(settings.ca_file, root.certificate_pem);
        return settings;
    }
};

inline HttpRequest get(std::string url)
{
    HttpRequest request;
    request.url = std::move(url);
    return request;
}

/// The answer to one request over a transport of its own.
inline HttpResponse fetch(HttpSettings const& settings, HttpRequest const& request, LookUp look_up = look_up_addresses)
{
    boost::asio::io_context io;
    HttpsTransport transport{io.get_executor(), settings, std::move(look_up)};
    return run_coroutine(io, transport.send(request));
}

/// The error that such a request ends in.
inline Error fetch_error(HttpSettings const& settings, HttpRequest const& request, LookUp look_up = look_up_addresses)
{
    try {
        fetch(settings, request, std::move(look_up));
    } catch (Error const& error) {
        return error;
    }
    throw std::logic_error{"the request did not fail"};
}

inline std::string const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A script that reads a request, answers with `bytes` and goes away in the way of `end`.
inline TlsServer::Script answer(
    std::string bytes, void (*end)(ServerConnection&) = [](ServerConnection&) {})
{
    return [bytes = std::move(bytes), end](ServerConnection& connection) {
        if (!connection.handshake() || connection.read_request().empty()) return;
        connection.write(bytes);
        end(connection);
    };
}

inline void close_notify(ServerConnection& connection)
{
    connection.close_notify();
}
inline void reset(ServerConnection& connection)
{
    connection.reset();
}
inline void stall(ServerConnection& connection)
{
    connection.stall();
}

/// The error that a request ends in whose server follows `script`. The limit of a body is 1000 bytes.
inline Error error_of(TlsServer::Script script, std::chrono::milliseconds limit = std::chrono::seconds{30})
{
    Site const site;
    auto settings = site.settings(limit);
    settings.max_body = 1000;
    TlsServer const server{site.certificate, std::move(script)};
    return fetch_error(settings, get(server.url()));
}

} // namespace usaged::test
