#include "tests/process/browser.h"

#include "tests/support/tcp_client.h"
#include "tests/support/tls_client.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace usaged::test {
namespace {

/// What follows `beginning` in `text`.
std::string rest_of(std::string const& text, std::string_view beginning)
{
    if (!text.starts_with(beginning)) throw std::runtime_error{text + " does not begin with " + std::string{beginning}};
    return text.substr(beginning.size());
}

} // namespace

std::string Browser::sign_in(std::string const& url) const
{
    auto const target = rest_of(url, simulator_.base_url());
    TlsClient client{simulator_.port(), simulator_.ca_pem()};
    auto const host = " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(simulator_.port()) + "\r\n";
    client.send("GET " + target + host + "\r\n");
    auto const page = client.read_answer();
    if (page.status != 200) return page.header("Location");
    client.send("POST " + target + "&signed_in=1" + host + "Content-Length: 0\r\n\r\n");
    return client.read_answer().header("Location");
}

Browser::Page Browser::open(std::string const& url)
{
    auto const rest = rest_of(url, "http://localhost:");
    auto const path = rest.find('/');
    auto const end = rest.find('#');
    auto const port = rest.substr(0, path);
    TcpClient const connection{static_cast<std::uint16_t>(std::stoi(port))};
    connection.send("GET " + rest.substr(path, end - path) + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n");
    auto const text = connection.read();
    return Page{text.size() > 12 ? std::stoi(text.substr(9, 3)) : 0, text};
}

std::string dump_with_chromium(std::string const& url, std::filesystem::path const& profile)
{
    auto const command = "timeout 60 " + chromium.string() +
                         " --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
                         "--disable-background-networking --disable-component-update --disable-sync "
                         "--ignore-certificate-errors --no-proxy-server --virtual-time-budget=10000 --user-data-dir='" +
                         profile.string() + "' --dump-dom '" + url + "' 2>/dev/null";
    return output_of(command);
}

std::string output_of(std::string const& command)
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const pipe{::popen(command.c_str(), "r"), ::pclose};
    if (!pipe) throw std::runtime_error{"no shell"};
    std::string output;
    std::array<char, 4096> buffer{};
    while (auto const size = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        output.append(buffer.data(), size);
    return output;
}

} // namespace usaged::test
