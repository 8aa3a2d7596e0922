// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// The bare C API, no more than what a comparison needs.
namespace vtlt::bench {

class SqlitePeer
{
public:
    explicit SqlitePeer(const std::filesystem::path& path);

    void execute(const std::string& sql);
    sqlite3* get() const { return handle_.get(); }

private:
    struct Close
    {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

class SqliteStatement
{
public:
    SqliteStatement(const SqlitePeer& peer, std::string_view sql);

    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view text); ///< `text` must live until `reset`
    void bind(int index, const sqlite3_value* value);
    bool step();
    void reset();
    sqlite3_stmt* get() const { return handle_.get(); }

private:
    void check(int status) const;

    struct Finalize
    {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

struct FreeValue
{
    void operator()(sqlite3_value* value) const { sqlite3_value_free(value); }
};
using SqliteRow = std::vector<std::unique_ptr<sqlite3_value, FreeValue>>;

/// Everything that `sql` selects, held outside of the database.
std::vector<SqliteRow> read_rows(const SqlitePeer& peer, const std::string& sql);

} // namespace vtlt::bench
