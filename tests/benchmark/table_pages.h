#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace usaged::test {

/// The pages of a database file that hold one table and its indexes, by their number, each as a hash of its bytes.
using PageImages = std::map<std::int64_t, std::size_t>;

/// Writes the write-ahead log back into the database first. Nobody else may have it open.
PageImages page_images(std::filesystem::path const& database, std::string const& table);

/// Pages that are in one only or differ.
std::size_t changed_pages(PageImages const& before, PageImages const& after);

} // namespace usaged::test
