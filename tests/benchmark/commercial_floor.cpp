#include "tests/benchmark/commercial_floor.h"

#include "tests/support/release.h"

#include <simdjson.h>
#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

namespace usaged::test {

namespace {

namespace dom = simdjson::dom;
using std::string_view;
using Database = std::unique_ptr<sqlite3, Release<sqlite3_close_v2>>;
using Statement = std::unique_ptr<sqlite3_stmt, Release<sqlite3_finalize>>;

constexpr auto schema = R"(
    CREATE TABLE poll (id INTEGER PRIMARY KEY, started_at TEXT NOT NULL) STRICT;
    INSERT INTO poll VALUES (1, '2026-11-01T00:00:00Z');
    CREATE TABLE service (id INTEGER PRIMARY KEY, service_code TEXT NOT NULL, channel TEXT NOT NULL,
                          service_name TEXT NOT NULL) STRICT;
    CREATE TABLE day (id INTEGER PRIMARY KEY, processed_date_time TEXT NOT NULL, service INTEGER NOT NULL,
                      poll INTEGER NOT NULL) STRICT;
    CREATE TABLE customer (id INTEGER PRIMARY KEY, customer_tenant_id TEXT NOT NULL, customer_name TEXT NOT NULL) STRICT;
    CREATE TABLE product (id INTEGER PRIMARY KEY, product_id TEXT NOT NULL, product_name TEXT NOT NULL) STRICT;
    CREATE TABLE workload (id INTEGER PRIMARY KEY, workload_code TEXT NOT NULL, workload_name TEXT NOT NULL) STRICT;
    CREATE TABLE row (day INTEGER NOT NULL, customer INTEGER NOT NULL, product INTEGER NOT NULL,
                      workload INTEGER NOT NULL, licenses_active INTEGER NOT NULL, licenses_qualified INTEGER NOT NULL,
                      PRIMARY KEY (day, customer, product, workload)) STRICT, WITHOUT ROWID;
    CREATE TABLE revision (day INTEGER NOT NULL, customer INTEGER NOT NULL, product INTEGER NOT NULL,
                           workload INTEGER NOT NULL, licenses_active INTEGER NOT NULL,
                           licenses_qualified INTEGER NOT NULL, replaced_by INTEGER NOT NULL) STRICT;)";

void execute(sqlite3* database, char const* sql)
{
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error{sqlite3_errmsg(database)};
}

Database open(std::filesystem::path const& path)
{
    sqlite3* opened = nullptr;
    auto const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    auto const result = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    Database database{opened};
    if (result != SQLITE_OK) throw std::runtime_error{sqlite3_errmsg(opened)};
    execute(opened, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384");
    execute(opened, schema);
    return database;
}

/// An INSERT whose parameters are the values of a row, in order.
class Insert {
public:
    Insert(sqlite3* database, char const* sql) : database_{database}
    {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK)
            throw std::runtime_error{sqlite3_errmsg(database)};
        statement_.reset(statement);
    }

    Insert& bind(int index, std::int64_t value)
    {
        sqlite3_bind_int64(statement_.get(), index, value);
        return *this;
    }
    Insert& bind(int index, string_view text)
    {
        sqlite3_bind_text(statement_.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
        return *this;
    }

    void run()
    {
        if (sqlite3_step(statement_.get()) != SQLITE_DONE) throw std::runtime_error{sqlite3_errmsg(database_)};
        sqlite3_reset(statement_.get());
    }

private:
    sqlite3* database_;
    Statement statement_;
};

/// One of the small tables, with its rows in memory.
class Names {
public:
    Names(sqlite3* database, char const* sql) : insert_{database, sql} {}

    /// The number of the row with these texts, of which the first ones are the key.
    std::int64_t number(std::initializer_list<string_view> texts)
    {
        key_.clear();
        for (auto const text : texts) key_.append(text).push_back('\0');
        if (key_ == last_key_) return last_;
        auto const [found, is_new] = numbers_.try_emplace(key_, static_cast<std::int64_t>(numbers_.size()) + 1);
        if (is_new) add(found->second, texts);
        last_key_ = key_;
        return last_ = found->second;
    }

private:
    void add(std::int64_t number, std::initializer_list<string_view> texts)
    {
        int index = 1;
        insert_.bind(index, number);
        for (auto const text : texts) insert_.bind(++index, text);
        insert_.run();
    }

    Insert insert_;
    std::unordered_map<std::string, std::int64_t> numbers_;
    std::string key_;
    std::string last_key_;
    std::int64_t last_ = 0;
};

/// GUIDs are compared without regard to case.
class LowerCase {
public:
    string_view operator()(string_view guid)
    {
        text_.assign(guid);
        for (auto& c : text_)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        return text_;
    }

private:
    std::string text_;
};

std::array<char, 20> utc(string_view date)
{
    std::array<char, 20> text;
    std::memcpy(text.data(), date.data(), 19);
    text[19] = 'Z';
    return text;
}

} // namespace

class CommercialFloor::Impl {
public:
    explicit Impl(std::filesystem::path const& path) : database_{open(path)}
    {
        execute(database_.get(), "BEGIN IMMEDIATE");
    }

    std::string store(std::string const& page)
    {
        dom::element const document = parser_.parse(page.data(), page.size(), false);
        for (dom::object const row : document["Value"].get_array()) store(row);
        string_view link;
        return document["@nextLink"].get(link) == simdjson::SUCCESS ? std::string{link} : std::string{};
    }

    void commit() { execute(database_.get(), "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)"); }

private:
    void store(dom::object row)
    {
        auto const text = [&row](char const* field) -> string_view { return row[field]; };
        auto const service = services_.number({text("serviceCode"), text("channel"), text("serviceName")});
        auto const date = utc(text("processedDateTime"));
        auto const code = static_cast<char>('0' + service);
        row_.bind(1, days_number({date.data(), date.size()}, service, code));
        row_.bind(2, customers_.number({lower_(text("customerTenantId")), text("customerName")}));
        row_.bind(3, products_.number({lower_(text("productId")), text("productName")}));
        row_.bind(4, workloads_.number({text("workloadCode"), text("workloadName")}));
        row_.bind(5, std::int64_t{row["licenseActive"]}).bind(6, std::int64_t{row["licensesQualified"]}).run();
    }

    std::int64_t days_number(string_view date, std::int64_t service, char code)
    {
        auto& day = days_[std::string{date} + code];
        if (day == 0) {
            day = static_cast<std::int64_t>(days_.size());
            day_.bind(1, day).bind(2, date).bind(3, service).run();
        }
        return day;
    }

    Database database_;
    dom::parser parser_;
    LowerCase lower_;
    Names services_{database_.get(), "INSERT INTO service VALUES (?, ?, ?, ?)"};
    Names customers_{database_.get(), "INSERT INTO customer VALUES (?, ?, ?)"};
    Names products_{database_.get(), "INSERT INTO product VALUES (?, ?, ?)"};
    Names workloads_{database_.get(), "INSERT INTO workload VALUES (?, ?, ?)"};
    Insert day_{database_.get(), "INSERT INTO day VALUES (?, ?, ?, 1)"};
    Insert row_{database_.get(), "INSERT INTO row VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                                 " licenses_active = excluded.licenses_active,"
                                 " licenses_qualified = excluded.licenses_qualified"
                                 " WHERE (licenses_active, licenses_qualified)"
                                 " IS NOT (excluded.licenses_active, excluded.licenses_qualified)"};
    std::unordered_map<std::string, std::int64_t> days_;
};

CommercialFloor::CommercialFloor(std::filesystem::path const& database) : impl_{std::make_unique<Impl>(database)} {}

CommercialFloor::~CommercialFloor() = default;

std::string CommercialFloor::store(std::string const& page)
{
    return impl_->store(page);
}

void CommercialFloor::commit()
{
    impl_->commit();
}

} // namespace usaged::test
