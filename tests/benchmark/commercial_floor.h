#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace usaged::test {

/// What a careful programmer would write who had but licenses_usage to store: simdjson and the C interface of SQLite,
/// without validation, archive or records. It keeps what usaged's tables keep (each row with all its fields, the poll
/// that it came by, and the values that a later one replaces) in the smallest tables that we could think of: the names
/// of customers, products, workloads and services stand once, a row is six small integers.
class CommercialFloor {
public:
    /// Makes the database, with usaged's durability, and opens the one transaction.
    explicit CommercialFloor(std::filesystem::path const& database);
    CommercialFloor(CommercialFloor const&) = delete;
    CommercialFloor& operator=(CommercialFloor const&) = delete;
    ~CommercialFloor();

    /// Stores the rows of a page, which has simdjson's padding. The link to the next one, empty at the end.
    std::string store(std::string const& page);

    /// On return the rows are on stable storage, and no longer in the write-ahead log.
    void commit();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged::test
