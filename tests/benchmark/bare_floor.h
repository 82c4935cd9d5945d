#pragma once

#include "daemon/dataset/dataset.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace usaged::test {

/// What a careful programmer would write who had but this one task: simdjson and the C interface of SQLite, without
/// validation, archive or records. The database has usaged's schema, pragmas and durability, and the statements
/// are usaged's own.
class BareFloor {
public:
    /// Makes the database, with one poll in it.
    explicit BareFloor(std::filesystem::path const& database);
    BareFloor(BareFloor const&) = delete;
    BareFloor& operator=(BareFloor const&) = delete;
    ~BareFloor();

    /// Stores the rows of all pages in one transaction. On return they are on stable storage. How many it wrote.
    std::int64_t store(Dataset const& dataset, std::vector<std::string> const& pages);

private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
};

} // namespace usaged::test
