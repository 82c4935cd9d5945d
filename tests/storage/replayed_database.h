#pragma once

#include "tests/storage/store_fixture.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace usaged::test {

/// One row of a licenses_usage answer.
struct CommercialRow {
    std::string date = "2026-07-01T00:00:00Z";
    std::string customer = "11111111-0000-0000-0000-000000000001";
    std::string customer_name = "Contoso";
    std::string product_name = "Business Basic";
    std::string service_name = "Exchange Online";
    std::string workload = "EXO";
    int active = 5;
    int qualified = 10;
};

std::string commercial_body(std::vector<CommercialRow> const& rows);

/// A whole poll of any dataset; a fetched snapshot without rows is stored as empty.
PollId poll_dataset(SnapshotStore& store, Dataset const& dataset, std::vector<std::string> const& bodies,
                    Timestamp started_at, Trigger trigger = Trigger::schedule);

/// Every value of every table and view, polls that are replays left out.
std::string everything(std::filesystem::path const& database);

using DatasetPair = std::array<Dataset const*, 2>;

/// `polls` polls of two datasets in turns, a day for each four of them: random_rows, older dates, snapshots that are
/// empty, unchanged or of several pages, and polls that fail.
void make_history(std::filesystem::path const& database, std::uint32_t seed, int polls,
                  DatasetPair const& datasets = {&usage(), &licences()});

} // namespace usaged::test
