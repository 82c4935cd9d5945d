#pragma once

#include "daemon/dataset/dataset.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace usaged::test {

/// usaged's decoder and its upsert alone, as the store puts them together: no archive, no records.
class DirectUpsert {
public:
    /// Makes the database.
    explicit DirectUpsert(std::filesystem::path const& database);
    DirectUpsert(DirectUpsert const&) = delete;
    DirectUpsert& operator=(DirectUpsert const&) = delete;
    ~DirectUpsert();

    /// Stores the rows of all pages in one transaction. On return they are on stable storage. How many it inserted.
    std::int64_t store(Dataset const& dataset, std::vector<std::string> const& pages);

private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
};

} // namespace usaged::test
