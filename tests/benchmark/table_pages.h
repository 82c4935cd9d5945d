#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace usaged::test {

// Tables are named by a pattern, in which `*` stands for anything. Their indexes belong to them.

/// The pages of a database file that hold such tables, by their number, each as a hash of its bytes.
using PageImages = std::map<std::int64_t, std::size_t>;

/// Writes the write-ahead log back into the database first. Nobody else may have it open.
PageImages page_images(std::filesystem::path const& database, std::string const& tables);

/// Pages that are in one only or differ.
std::size_t changed_pages(PageImages const& before, PageImages const& after);

/// How much of a database file such tables take.
std::int64_t table_bytes(std::filesystem::path const& database, std::string const& tables);

std::size_t count_rows(std::filesystem::path const& database, std::string const& table);

} // namespace usaged::test
