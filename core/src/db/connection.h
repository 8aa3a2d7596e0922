// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/db/database.h>

#include <sqlite3.h>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vtlt::db {

/// One sqlite3 handle with its cache of prepared statements. Used by one thread at a time.
class Connection
{
public:
    enum class Role
    {
        writer,
        reader
    };

    Connection(const std::filesystem::path& path, Role role);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    sqlite3* handle() const { return handle_; }
    /// Engine statements (PRAGMA, BEGIN …) and migration scripts: not part of the statement list.
    void execute(const std::string& sql);
    std::vector<std::string> query_lines(const std::string& sql);

    /// Prepared statements of one text that nobody holds.
    using Shelf = std::vector<sqlite3_stmt*>;
    struct Taken
    {
        sqlite3_stmt* statement;
        Shelf* shelf; ///< where it goes back; lives as long as the connection
    };
    Taken take(std::string_view sql);
    static void give_back(const Taken& taken) noexcept;
    [[noreturn]] void fail(std::string_view what) const;

private:
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    sqlite3* handle_ = nullptr;
    bool is_catalogue_; ///< by its file's name; unit tests have toy databases too
    std::unordered_map<std::string, Shelf, Hash, std::equal_to<>> shelves_;
};

/// Throws conflict `catalog.newer` or `catalog.older` unless the catalogue has exactly this build's schema.
void require_this_schema(ReadTx& tx);

} // namespace vtlt::db
