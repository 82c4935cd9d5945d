#pragma once

#include "tests/support/background_program.h"
#include "tests/support/temp_dir.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace usaged::test {

/// The real Prometheus of Debian, which scrapes one port of 127.0.0.1 several times a second.
class Prometheus {
public:
    static bool installed();

    explicit Prometheus(std::uint16_t target);

    /// The value that a query of one series has, once it has one that `accept` takes. Throws std::runtime_error after
    /// 30 s.
    double wait_for(std::string const& query, bool (*accept)(double)) const;

private:
    std::optional<double> value(std::string const& query) const;

    TempDir directory_;
    std::uint16_t port_;
    BackgroundProgram process_;
};

} // namespace usaged::test
