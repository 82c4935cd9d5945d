#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace usaged::test {

inline constexpr std::size_t sample_products = 60;

/// A customer, a product and a workload by their numbers, from which all that rows say of them is made up.
struct CommercialSeries {
    std::uint32_t customer = 0;
    std::uint32_t product = 0; ///< below sample_products
    std::uint32_t workload = 0;
};

/// `count` different ones, those of a customer one after the other: each customer has about as many, of several
/// products with one to ten workloads.
std::vector<CommercialSeries> commercial_series(std::size_t count, std::size_t customers);

/// licenses_usage and licenses_deployment.
enum class CommercialDataset { usage, deployment };

/// What one row says.
struct CommercialRow {
    CommercialSeries series; ///< the workload only in rows of usage
    std::chrono::sys_days date;
    std::uint32_t name_changes = 0; ///< how often the customer was renamed before
    std::uint32_t active = 0;       ///< or deployed
    std::uint32_t qualified = 0;    ///< or sold
};

/// A row of that date with measures that differ from series to series, and move a little from date to date.
CommercialRow commercial_row(CommercialSeries const& series, std::chrono::sys_days date);

/// What the customer's rows say of it.
std::string customer_tenant_id(std::uint32_t customer);
std::string customer_name(std::uint32_t customer, std::uint32_t name_changes = 0);

/// A page as the service sends it: no white space, dates without a zone, GUIDs in upper case, `licenseActive`. It has
/// the 64 bytes of spare capacity that the decoder likes. An empty `next_link` is sent as null.
std::string commercial_page(std::span<CommercialRow const> rows, std::size_t total_count, std::string const& next_link,
                            CommercialDataset dataset = CommercialDataset::usage);

/// All rows of licenses_usage of one date in pages of `page_rows`, each linked to the next one.
std::vector<std::string> commercial_pages(std::size_t rows, std::size_t page_rows, std::size_t customers);

} // namespace usaged::test
