#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace usaged::test {

/// HTTPS as a careful programmer would write it who had but one server to talk to: blocking, one connection that is
/// kept, the certificate checked, bodies with Content-Length and perhaps gzip. Throws std::runtime_error.
class BareClient {
public:
    /// Connects to 127.0.0.1. `ca_file` is PEM.
    BareClient(std::uint16_t port, std::filesystem::path const& ca_file);
    BareClient(BareClient const&) = delete;
    BareClient& operator=(BareClient const&) = delete;
    ~BareClient();

    /// The body of the answer, which has to be one of status 200, decompressed, with simdjson's padding. Good until the
    /// next call.
    std::string const& exchange(std::string const& request);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged::test
