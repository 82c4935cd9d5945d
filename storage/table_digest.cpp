#include "storage/table_digest.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <openssl/evp.h>
#include <sqlite3.h>

#include <memory>
#include <new>
#include <string>

namespace usaged {

namespace {

class Sha256 {
public:
    Sha256()
    {
        if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc{};
    }

    void add(std::string& buffer)
    {
        EVP_DigestUpdate(context_.get(), buffer.data(), buffer.size());
        buffer.clear();
    }

    std::array<unsigned char, 32> finish()
    {
        std::array<unsigned char, 32> hash{};
        EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr);
        return hash;
    }

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

template <typename Number>
void append_number(std::string& buffer, Number number)
{
    buffer.append(reinterpret_cast<char const*>(&number), sizeof number);
}

/// The value with its type and length, so that no two rows of values look the same.
void append_value(std::string& buffer, sqlite3_stmt* row, int column)
{
    auto const type = sqlite3_column_type(row, column);
    buffer += static_cast<char>(type);
    if (type == SQLITE_INTEGER) {
        append_number(buffer, sqlite3_column_int64(row, column));
    } else if (type == SQLITE_FLOAT) {
        append_number(buffer, sqlite3_column_double(row, column));
    } else if (type != SQLITE_NULL) {
        auto const* const bytes = static_cast<char const*>(sqlite3_column_blob(row, column));
        auto const size = sqlite3_column_bytes(row, column);
        append_number(buffer, size);
        if (size > 0) buffer.append(bytes, static_cast<std::size_t>(size));
    }
}

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

std::int64_t add_table(Sha256& hash, SQLite::Database& database, std::string const& table)
{
    constexpr std::size_t buffer_size = 64U << 10;
    sqlite3_stmt* prepared = nullptr;
    auto const sql = "SELECT * FROM " + table;
    database.check(sqlite3_prepare_v2(database.getHandle(), sql.c_str(), -1, &prepared, nullptr));
    std::unique_ptr<sqlite3_stmt, Finalize> const statement{prepared};
    std::string buffer;
    std::int64_t rows = 0;
    auto code = sqlite3_step(prepared);
    for (; code == SQLITE_ROW; code = sqlite3_step(prepared), ++rows) {
        for (int column = 0; column < sqlite3_column_count(prepared); ++column) append_value(buffer, prepared, column);
        if (buffer.size() >= buffer_size) hash.add(buffer);
    }
    if (code != SQLITE_DONE) throw SQLite::Exception{database.getHandle(), code};
    hash.add(buffer);
    return rows;
}

} // namespace

TableDigest digest_of(SQLite::Database& database, Dataset const& dataset)
{
    std::string const table{dataset.name};
    Sha256 hash;
    TableDigest digest;
    digest.rows = add_table(hash, database, dataset.compact() ? table + "_row" : table);
    digest.revisions = add_table(hash, database, dataset.compact() ? table + "_row_revision" : table + "_revision");
    if (dataset.compact())
        for (auto const* suffix : {"_day", "_ended"}) add_table(hash, database, table + suffix);
    digest.hash = hash.finish();
    return digest;
}

} // namespace usaged
