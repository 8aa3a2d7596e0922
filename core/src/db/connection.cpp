// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/connection.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <sys/statvfs.h>

namespace vtlt::db {

namespace {

/// `{ids ?N}` is the common word for "the keys bound to ?N"; here they travel as one JSON array.
std::string to_engine(std::string_view sql)
{
    constexpr std::string_view word = "{ids ";
    std::string out;
    for (auto at = sql.find(word); at != std::string_view::npos; at = sql.find(word)) {
        const auto end = sql.find('}', at);
        ensure(end != std::string_view::npos, "{ids ?N} is closed");
        const auto parameter = sql.substr(at + word.size(), end - at - word.size());
        out.append(sql.substr(0, at)).append("(SELECT value FROM json_each(").append(parameter).append("))");
        sql.remove_prefix(end + 1);
    }
    return out.append(sql);
}

class StatementList
{
public:
    ~StatementList()
    {
        if (const char* path = std::getenv("VTLT_STATEMENT_LIST"); path != nullptr) {
            std::string lines;
            for (const auto& sql : ordered_) {
                lines += sql + "\n;;\n";
            }
            try {
                const auto fd = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
                write_all(fd.get(), lines, path);
            } catch (const std::exception&) {
                return; // a test aid at process end: there is nobody left to tell
            }
        }
    }

    void add(std::string_view sql)
    {
        const std::lock_guard lock{mutex_};
        if (known_.emplace(sql).second) {
            ordered_.emplace_back(sql);
        }
    }

    std::vector<std::string> all()
    {
        const std::lock_guard lock{mutex_};
        return ordered_;
    }

private:
    std::mutex mutex_;
    std::set<std::string, std::less<>> known_;
    std::vector<std::string> ordered_;
};

StatementList& list()
{
    static StatementList instance;
    return instance;
}

/// Before the engine starts: it would take a mutex at every allocation to keep statistics that nobody reads.
void configure_engine()
{
    static const int result = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(result); // refused when somebody else started the engine: slower, nothing more
}

bool is_on_read_only_disk(const std::filesystem::path& path)
{
    struct statvfs disk = {};
    return ::statvfs(path.c_str(), &disk) == 0 && (disk.f_flag & ST_RDONLY) != 0;
}

/// WAL needs a file beside the catalogue even to read it. On a disk mounted read-only nobody can make one, and nobody
/// can write either: the file is what it is.
std::string immutable_name(const std::filesystem::path& path)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    const auto place = std::filesystem::absolute(path);
    std::string name = "file:";
    for (const char c : place.native()) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == '?' || byte == '#' || byte == '%') {
            name += {'%', hex[byte >> 4U], hex[byte & 0xFU]};
        } else {
            name += c;
        }
    }
    return name + "?immutable=1";
}

} // namespace

std::vector<std::string> statement_list()
{
    return list().all();
}

Connection::Connection(const std::filesystem::path& path, Role role) : is_catalogue_(path.filename() == "catalog.db")
{
    configure_engine();
    auto wal = path;
    wal += "-wal";
    const bool immutable = role == Role::reader && is_on_read_only_disk(path) && !std::filesystem::exists(wal);
    const auto name = immutable ? immutable_name(path) : path.native();
    const int flags = (role == Role::writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                      (immutable ? SQLITE_OPEN_URI : 0);
    const int result =
        sqlite3_open_v2(name.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    if (result != SQLITE_OK) {
        sqlite3_close_v2(handle_);
        throw Error{result == SQLITE_NOTADB ? Kind::corrupt : Kind::internal,
                    "catalog.cannot_open",
                    {{"path", path.native()}, {"reason", sqlite3_errstr(result)}}};
    }
    try {
        sqlite3_busy_timeout(handle_, 5000);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
        if (role == Role::writer) {
            execute("PRAGMA journal_mode = WAL");
            execute("PRAGMA synchronous = FULL");
            // A checkpoint writes each page once however often it changed: with 4 MB of log it took a third of the time
            // of single registrations.
            execute("PRAGMA wal_autocheckpoint = 8000");
        } else {
            // Only the writer checkpoints: SQLite 3.40's WAL-reset race (safety.md §1).
            sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
            execute("PRAGMA wal_autocheckpoint = 0");
        }
        execute("PRAGMA foreign_keys = ON");
        execute("PRAGMA temp_store = MEMORY");
        execute("PRAGMA cache_size = -32768");
    } catch (...) {
        sqlite3_close_v2(handle_);
        throw;
    }
}

Connection::~Connection()
{
    for (auto& [sql, shelf] : shelves_) {
        for (auto* statement : shelf) {
            sqlite3_finalize(statement);
        }
    }
    sqlite3_close_v2(handle_);
}

void Connection::execute(const std::string& sql)
{
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(sql.substr(0, 60));
    }
}

std::vector<std::string> Connection::query_lines(const std::string& sql)
{
    std::vector<std::string> lines;
    const auto collect = [](void* to, int columns, char** values, char**) {
        std::string line;
        for (int i = 0; i < columns; ++i) {
            line += (i > 0 ? " " : "");
            line += values[i] != nullptr ? values[i] : "-";
        }
        static_cast<std::vector<std::string>*>(to)->push_back(std::move(line));
        return 0;
    };
    if (sqlite3_exec(handle_, sql.c_str(), collect, &lines, nullptr) != SQLITE_OK) {
        fail(sql.substr(0, 60));
    }
    return lines;
}

Connection::Taken Connection::take(std::string_view sql)
{
    auto shelf = shelves_.find(sql);
    if (shelf != shelves_.end() && !shelf->second.empty()) {
        auto* statement = shelf->second.back();
        shelf->second.pop_back();
        return {statement, &shelf->second};
    }
    const auto engine_sql = to_engine(sql);
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_, engine_sql.data(), static_cast<int>(engine_sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement, nullptr) != SQLITE_OK) {
        fail(sql);
    }
    if (is_catalogue_) {
        list().add(sql);
    }
    if (shelf == shelves_.end()) {
        shelf = shelves_.emplace(sql, Shelf{}).first;
    }
    return {statement, &shelf->second};
}

void Connection::give_back(const Taken& taken) noexcept
{
    sqlite3_reset(taken.statement);
    sqlite3_clear_bindings(taken.statement);
    taken.shelf->push_back(taken.statement);
}

void Connection::fail(std::string_view what) const
{
    struct Row
    {
        int code;
        Kind kind;
        const char* name;
    };
    static constexpr std::array kRows{
        Row{SQLITE_BUSY, Kind::busy, "catalog.busy"},
        Row{SQLITE_LOCKED, Kind::busy, "catalog.busy"},
        Row{SQLITE_CORRUPT, Kind::corrupt, "catalog.damaged"},
        Row{SQLITE_NOTADB, Kind::corrupt, "catalog.damaged"},
        Row{SQLITE_FULL, Kind::internal, "internal.disk_full"},
        Row{SQLITE_CONSTRAINT, Kind::conflict, "catalog.constraint"},
    };
    const int code = sqlite3_errcode(handle_) & 0xff;
    const auto row = std::ranges::find(kRows, code, &Row::code);
    const bool known = row != kRows.end();
    throw Error{known ? row->kind : Kind::internal,
                known ? row->name : "catalog.failed",
                {{"reason", sqlite3_errmsg(handle_)},
                 {"statement", std::string{what.substr(0, 200)}},
                 {"path", sqlite3_db_filename(handle_, "main")}}};
}

} // namespace vtlt::db
