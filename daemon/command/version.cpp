#include "version.h"

#include "daemon/command/command.h"

#include <CLI/Version.hpp>
#include <SQLiteCpp/SQLiteCpp.h>
#include <boost/version.hpp>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <spdlog/version.h>
#include <zstd.h>

namespace usaged {

namespace {

std::string line(std::string const& library, std::string const& version)
{
    return "\n  " + library + " " + version;
}

} // namespace

std::string version_number()
{
    return USAGED_VERSION;
}

std::string version_text()
{
    auto const boost = std::to_string(BOOST_VERSION / 100000) + "." + std::to_string(BOOST_VERSION / 100 % 1000);
    auto const spdlog = std::to_string(SPDLOG_VER_MAJOR) + "." + std::to_string(SPDLOG_VER_MINOR) + "." +
                        std::to_string(SPDLOG_VER_PATCH);
    return "usaged " USAGED_VERSION + line("Boost", boost) + line("CLI11", CLI11_VERSION) +
           line("OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)) +
           line("simdjson", SIMDJSON_STRINGIFY(SIMDJSON_VERSION)) + line("spdlog", spdlog) +
           line("SQLite", SQLite::getLibVersion()) + line("SQLiteCpp", SQLITECPP_VERSION) +
           line("zstd", ZSTD_versionString());
}

} // namespace usaged
