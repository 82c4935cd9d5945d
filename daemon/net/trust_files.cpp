#include "daemon/net/trust_files.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace usaged {

void require_readable(std::string_view setting, std::filesystem::path const& file)
{
    if (::access(file.c_str(), R_OK) == 0) return;
    auto const what = std::string{setting} + ": cannot read " + file.string() + ": " + std::strerror(errno);
    throw Error{ErrorCategory::config, what,
                setting == "http.ca_file"
                    ? "On Debian, install ca-certificates; else name the file with the roots to trust."
                    : "Put the revocation lists there, in PEM, readable by the user that usaged runs as; or take " +
                          std::string{setting} + " out."};
}

void require_readable_trust(HttpSettings const& settings)
{
    require_readable("http.ca_file", settings.ca_file);
    if (!settings.crl_file.empty()) require_readable("http.crl_file", settings.crl_file);
}

Error no_roots(std::filesystem::path const& file)
{
    return Error{ErrorCategory::config, "http.ca_file: there is no certificate that can be read in " + file.string(),
                 "it has to be a PEM file with the certificates of the roots to trust"};
}

Error no_revocation_lists(std::filesystem::path const& file)
{
    return Error{ErrorCategory::config,
                 "http.crl_file: there is no revocation list that can be read in " + file.string(),
                 "it has to be a PEM file; openssl crl -inform DER -in FILE turns a DER file into one"};
}

} // namespace usaged
