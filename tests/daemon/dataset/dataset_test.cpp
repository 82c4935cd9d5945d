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
            if (!column.variant.empty()) CHECK(fields.insert(column.variant).second);
        }
    }
}

TEST_CASE("a column has the API's own name in snake_case, and a measure says its unit")
{
    for (auto const& dataset : datasets()) {
        for (auto const& column : dataset.columns) {
            CAPTURE(column.name);
            CHECK(column.name == snake_case(column.field));
            CHECK(is_snake_case(column.name));
            CHECK(column.unit.empty() == column.key);
        }
    }
}

TEST_CASE("the path of a dataset begins with the prefix that links leave out")
{
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        CHECK(dataset.path.starts_with(std::string{dataset.path_prefix} + "/"));
        CHECK_FALSE(dataset.path.ends_with('/'));
        CHECK(dataset.envelope.items != dataset.envelope.count);
    }
}

} // namespace usaged::test
