// SPDX-License-Identifier: GPL-3.0-or-later
#include "sqlite_peer.h"

#include <vtlt/core/base/error.h>

namespace vtlt::bench {
namespace {

[[noreturn]] void fail(sqlite3* handle)
{
    throw Error{Kind::internal, "bench.sqlite", {{"message", sqlite3_errmsg(handle)}}};
}

} // namespace

SqlitePeer::SqlitePeer(const std::filesystem::path& path)
{
    sqlite3* handle = nullptr;
    const int status = sqlite3_open(path.c_str(), &handle);
    handle_.reset(handle);
    if (status != SQLITE_OK) {
        fail(handle);
    }
}

void SqlitePeer::execute(const std::string& sql)
{
    if (sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(get());
    }
}

SqliteStatement::SqliteStatement(const SqlitePeer& peer, std::string_view sql)
{
    sqlite3_stmt* handle = nullptr;
    const int status = sqlite3_prepare_v2(peer.get(), sql.data(), static_cast<int>(sql.size()), &handle, nullptr);
    handle_.reset(handle);
    if (status != SQLITE_OK) {
        fail(peer.get());
    }
}

void SqliteStatement::check(int status) const
{
    if (status != SQLITE_OK) {
        fail(sqlite3_db_handle(get()));
    }
}

void SqliteStatement::bind(int index, std::int64_t value)
{
    check(sqlite3_bind_int64(get(), index, value));
}

void SqliteStatement::bind(int index, std::string_view text)
{
    check(sqlite3_bind_text(get(), index, text.data(), static_cast<int>(text.size()), nullptr));
}

void SqliteStatement::bind(int index, const sqlite3_value* value)
{
    check(sqlite3_bind_value(get(), index, value));
}

bool SqliteStatement::step()
{
    const int status = sqlite3_step(get());
    if (status != SQLITE_ROW && status != SQLITE_DONE) {
        fail(sqlite3_db_handle(get()));
    }
    return status == SQLITE_ROW;
}

void SqliteStatement::reset()
{
    check(sqlite3_reset(get()));
}

std::vector<SqliteRow> read_rows(const SqlitePeer& peer, const std::string& sql)
{
    SqliteStatement select{peer, sql};
    std::vector<SqliteRow> rows;
    while (select.step()) {
        auto& row = rows.emplace_back();
        for (int column = 0; column < sqlite3_column_count(select.get()); ++column) {
            row.emplace_back(sqlite3_value_dup(sqlite3_column_value(select.get(), column)));
        }
    }
    return rows;
}

} // namespace vtlt::bench
