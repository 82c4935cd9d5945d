#include "tests/daemon/poll/polling.h"

#include "tests/daemon/dataset/page_text.h"

#include <algorithm>
#include <fcntl.h>
#include <iterator>
#include <sstream>
#include <unistd.h>

namespace usaged::test {
namespace {

TokenSettings token_settings(std::filesystem::path const& seed)
{
    write_file(seed, "seed-1", std::filesystem::perms{0600});
    TokenSettings settings;
    settings.authority = "https://login.example";
    settings.tenant = "contoso.example";
    settings.client_id = "client-1";
    settings.audience = "https://api.example";
    settings.refresh_token = {SecretSource::Kind::file, seed.string()};
    return settings;
}

} // namespace

std::string page_before(std::string_view uri, std::vector<std::string> const& rows)
{
    auto body = page(rows);
    body.pop_back();
    return body.append(R"(,"links":{"next":{"uri":")").append(uri).append("\"}}}");
}

SnapshotPage MemoryArchive::put(std::size_t number, std::string const& body, PageScope const& scope)
{
    bodies.resize(number + 1);
    bodies[number] = body;
    return {{}, scope};
}

std::string MemoryArchive::get(std::size_t number, SnapshotPage const&)
{
    ++reads;
    if (on_read) on_read();
    return bodies.at(number);
}

Polling::Polling()
    : log_file_{dir.path() / "log"}, log_descriptor_{::open(log_file_.c_str(),
                                                            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)},
      log{LogLevel::info, LogFormat::journal, log_descriptor_}, tokens{token_settings(dir.path() / "seed"),
                                                                       TokenFile{dir.path() / "refresh_token"}, clock,
                                                                       [](std::string_view, std::string const&) {}}
{
    settings.base_url = "https://api.example";
    settings.user_agent = "usaged/test";
}

Polling::~Polling()
{
    ::close(log_descriptor_);
}

void Polling::grant(std::string const& access_token, std::string const& refresh_token)
{
    auto const rotated = refresh_token.empty() ? "" : R"(,"refresh_token":")" + refresh_token + "\"";
    transport.answer(200, R"({"token_type":"Bearer","expires_in":3600,"access_token":")" + access_token + "\"" +
                              rotated + "}");
}

std::vector<std::string> Polling::log_lines(std::string_view part) const
{
    std::istringstream text{read_file(log_file_)};
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);)
        if (line.find(part) != std::string::npos) lines.push_back(line);
    return lines;
}

std::vector<HttpRequest> Polling::api_requests() const
{
    std::vector<HttpRequest> out;
    std::copy_if(transport.requests.begin(), transport.requests.end(), std::back_inserter(out),
                 [](HttpRequest const& request) { return request.method == "GET"; });
    return out;
}

} // namespace usaged::test
