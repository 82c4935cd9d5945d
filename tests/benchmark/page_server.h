#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>

namespace usaged::test {

/// What the server serves: rows of licenses_usage of one date, prepared before the first request.
struct ServedPages {
    std::size_t rows = 0;
    std::size_t page_rows = 10'000;
    bool gzip = false;
};

/// The simulator in a process of its own, which ends with this object.
class PageServer {
public:
    /// Returns when it listens. Writes usaged's configuration and its secrets into the existing directory. The calling
    /// process must have no other thread.
    PageServer(ServedPages const& pages, std::filesystem::path const& directory);
    PageServer(PageServer const&) = delete;
    PageServer& operator=(PageServer const&) = delete;
    ~PageServer();

    std::uint16_t port() const { return port_; }
    std::filesystem::path configuration() const { return directory_ / "usaged.yaml"; }
    std::filesystem::path ca_file() const { return directory_ / "ca.pem"; }

    /// The token endpoint's path, and the form to be posted there for an access token.
    std::string const& token_path() const { return token_path_; }
    std::string const& token_form() const { return token_form_; }

private:
    std::filesystem::path directory_;
    pid_t id_ = -1;
    int stop_ = -1; ///< the server ends when this is closed
    std::uint16_t port_ = 0;
    std::string token_path_;
    std::string token_form_;
};

} // namespace usaged::test
