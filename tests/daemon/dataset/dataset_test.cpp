#include "daemon/dataset/dataset.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

namespace usaged::test {
namespace {

bool is_snake_case(std::string_view name)
{
    auto const fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && std::all_of(name.begin(), name.end(), fits) && name.front() != '_' && name.back() != '_';
}

std::string snake_case(std::string_view camel_case)
{
    std::string out;
    for (char const c : camel_case) {
        bool const upper = c >= 'A' && c <= 'Z';
        if (upper) out += '_';
        out += upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

} // namespace

TEST_CASE("a dataset is found by its name, another name finds nothing")
{
    REQUIRE_FALSE(datasets().empty());
    for (auto const& dataset : datasets()) CHECK(find_dataset(dataset.name) == &dataset);
    for (std::string_view const name :
         {"", "licences", "partner_licenses_usag", "partner_licenses_usage ", "Partner_Licenses_Usage"}) {
        CAPTURE(name);
        CHECK(find_dataset(name) == nullptr);
    }
}

TEST_CASE("the key columns of a dataset come first and the processing date leads them")
{
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        auto const& columns = dataset.columns;
        CHECK(columns.front().name == "processed_date_time");
        CHECK(columns.front().type == ColumnType::timestamp);
        CHECK(columns.front().key);
        CHECK(std::is_partitioned(columns.begin(), columns.end(), [](Column const& column) { return column.key; }));
        CHECK_FALSE(columns.back().key);
    }
}

TEST_CASE("a dataset has room for its columns, and no two of its names are the same")
{
    std::set<std::string_view> names;
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        CHECK(names.insert(dataset.name).second);
        CHECK(is_snake_case(dataset.name));
        CHECK(dataset.columns.size() <= max_columns);
        std::set<std::string_view> columns;
        std::set<std::string_view> fields(dataset.ignored_fields.begin(), dataset.ignored_fields.end());
        for (auto const& column : dataset.columns) {
            CAPTURE(column.name);
            CHECK(columns.insert(column.name).second);
            CHECK(fields.insert(column.field).second);
            if (column.variant.empty()) continue;
            CHECK(fields.insert(column.variant).second);
            CHECK(column.type == ColumnType::count);
        }
    }
}

TEST_CASE("a column has the API's own name in snake_case, and a measure says its unit")
{
    for (auto const& dataset : datasets()) {
        for (auto const& column : dataset.columns) {
            CAPTURE(column.name);
            bool const measure = column.type == ColumnType::percent || column.type == ColumnType::count;
            CHECK(column.name == snake_case(column.field));
            CHECK(is_snake_case(column.name));
            CHECK(column.unit.empty() == !measure);
            CHECK_FALSE((column.key && (measure || column.optional)));
        }
    }
}

TEST_CASE("there are the six datasets of the contract, each with its own first path")
{
    std::set<std::string_view> paths;
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        REQUIRE_FALSE(dataset.paths.empty());
        CHECK(paths.insert(dataset.paths.front()).second);
        CHECK((dataset.paths.front().find("{customer-id}") != std::string_view::npos) ==
              (dataset.collection == Collection::customers));
    }
    CHECK(paths.size() == 6);
}

TEST_CASE("the paths of a dataset begin with the prefix that links leave out")
{
    for (auto const& dataset : datasets()) {
        for (auto const path : dataset.paths) {
            CAPTURE(path);
            CHECK(path.starts_with(std::string{dataset.path_prefix} + "/"));
            CHECK_FALSE(path.ends_with('/'));
        }
    }
}

TEST_CASE("no two names of an envelope are the same")
{
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        std::multiset<std::string_view> names;
        auto const& envelope = dataset.envelope;
        for (auto const& list :
             {std::span<std::string_view const>{envelope.items}, std::span<std::string_view const>{envelope.count},
              std::span<std::string_view const>{envelope.next}})
            names.insert(list.begin(), list.end());
        names.erase("");
        CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
        CHECK_FALSE(envelope.items.front().empty());
        CHECK_FALSE(envelope.count.front().empty());
    }
}

TEST_CASE("a compact dataset says of every text what it is about, and keeps its measures in the row")
{
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        CHECK(dataset.compact() == (dataset.collection != Collection::partner));
        for (auto const& column : dataset.columns) {
            CAPTURE(column.name);
            bool const measure = column.type == ColumnType::percent || column.type == ColumnType::count;
            CHECK((column.part == Part::row) == (measure || !dataset.compact()));
            CHECK((column.part == Part::day) == (dataset.compact() && column.type == ColumnType::timestamp));
        }
    }
}

} // namespace usaged::test
