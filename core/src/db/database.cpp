// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/db/database.h>

#include <vtlt/core/base/error.h>

#include "db/connection.h"

#include <mutex>

namespace vtlt::db {

namespace {

sqlite3_stmt* raw(void* handle)
{
    return static_cast<sqlite3_stmt*>(handle);
}

std::string to_json_array(auto values, auto&& print)
{
    std::string out = "[";
    for (const auto& value : values) {
        out += (out.size() > 1 ? "," : "") + print(value);
    }
    return out + "]";
}

} // namespace

Statement::Statement(Connection& connection, std::string_view sql) : connection_(&connection)
{
    const auto taken = connection.take(sql);
    handle_ = taken.statement;
    shelf_ = taken.shelf;
}

Statement::~Statement()
{
    if (handle_ != nullptr) {
        Connection::give_back({raw(handle_), static_cast<Connection::Shelf*>(shelf_)});
    }
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), handle_(std::exchange(other.handle_, nullptr)), shelf_(other.shelf_)
{}

Statement& Statement::bind(int index, std::int64_t value)
{
    ensure(sqlite3_bind_int64(raw(handle_), index, value) == SQLITE_OK, "parameter exists");
    return *this;
}

Statement& Statement::bind(int index, std::string_view text)
{
    // A null pointer would bind NULL: an empty text is not absence.
    const char* data = text.data() != nullptr ? text.data() : "";
    ensure(sqlite3_bind_text64(raw(handle_), index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK,
           "parameter exists");
    return *this;
}

Statement& Statement::bind_bytes(int index, std::string_view bytes)
{
    const char* data = bytes.data() != nullptr ? bytes.data() : "";
    ensure(sqlite3_bind_blob64(raw(handle_), index, data, bytes.size(), SQLITE_TRANSIENT) == SQLITE_OK,
           "parameter exists");
    return *this;
}

Statement& Statement::bind_null(int index)
{
    ensure(sqlite3_bind_null(raw(handle_), index) == SQLITE_OK, "parameter exists");
    return *this;
}

Statement& Statement::bind(int index, Date date)
{
    return bind(index, to_int(date));
}

Statement& Statement::bind(int index, Instant instant)
{
    return bind(index, std::int64_t{instant.time_since_epoch().count()});
}

Statement& Statement::bind_list(int index, std::span<const std::int64_t> values)
{
    return bind(index, to_json_array(values, [](std::int64_t value) { return std::to_string(value); }));
}

Statement& Statement::bind_list(int index, std::span<const std::string> values)
{
    return bind(index, to_json_array(values, [](const std::string& value) {
                    ensure(value.find_first_of("\"\\") == std::string::npos, "keys hold no quote");
                    return '"' + value + '"';
                }));
}

bool Statement::step()
{
    const int result = sqlite3_step(raw(handle_));
    if (result == SQLITE_ROW) {
        return true;
    }
    if (result != SQLITE_DONE) {
        const auto* sql = sqlite3_sql(raw(handle_));
        connection_->fail(sql != nullptr ? sql : "");
    }
    sqlite3_reset(raw(handle_));
    return false;
}

std::int64_t Statement::run()
{
    while (step()) {
    }
    return sqlite3_changes64(connection_->handle());
}

bool Statement::is_null(int column) const
{
    return sqlite3_column_type(raw(handle_), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(raw(handle_), column);
}

std::string Statement::text(int column) const
{
    const auto* data = sqlite3_column_text(raw(handle_), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw(handle_), column));
    return data != nullptr ? std::string{reinterpret_cast<const char*>(data), size} : std::string{};
}

std::string Statement::bytes(int column) const
{
    const auto* data = sqlite3_column_blob(raw(handle_), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw(handle_), column));
    return data != nullptr ? std::string{static_cast<const char*>(data), size} : std::string{};
}

std::optional<std::int64_t> Statement::optional_integer(int column) const
{
    return is_null(column) ? std::nullopt : std::optional{integer(column)};
}

std::optional<Date> Statement::optional_date(int column) const
{
    return is_null(column) ? std::nullopt : date_from_int(integer(column));
}

Instant Statement::instant(int column) const
{
    return Instant{std::chrono::milliseconds{integer(column)}};
}

struct Database::State
{
    std::filesystem::path path;
    std::mutex pool_mutex;
    std::vector<std::shared_ptr<Connection>> readers; // guarded by pool_mutex
    std::mutex writer_mutex;
    std::unique_ptr<Connection> writer; // guarded by writer_mutex
};

Database::Database(const std::filesystem::path& path, Mode mode) : state_(std::make_unique<State>())
{
    state_->path = path;
    if (mode == Mode::writable) {
        state_->writer = std::make_unique<Connection>(path, Connection::Role::writer);
    } else {
        state_->readers.push_back(std::make_shared<Connection>(path, Connection::Role::reader));
        auto tx = read();
        require_this_schema(tx);
    }
}

Database::~Database()
{
    // Readers first: the writer, closed last, moves the WAL into the file.
    state_->readers.clear();
    state_->writer.reset();
}

ReadTx Database::read()
{
    std::shared_ptr<Connection> connection;
    {
        const std::lock_guard lock{state_->pool_mutex};
        if (!state_->readers.empty()) {
            connection = std::move(state_->readers.back());
            state_->readers.pop_back();
        }
    }
    if (!connection) {
        connection = std::make_shared<Connection>(state_->path, Connection::Role::reader);
    }
    connection->execute("BEGIN");
    return ReadTx{this, std::move(connection)};
}

WriteTx Database::write()
{
    return WriteTx{*this};
}

std::vector<std::string> Database::check()
{
    Connection connection{state_->path, Connection::Role::reader};
    auto lines = connection.query_lines("PRAGMA integrity_check");
    if (lines.size() == 1 && lines.front() == "ok") {
        lines.clear();
    }
    for (auto& line : connection.query_lines("PRAGMA foreign_key_check")) {
        lines.push_back("foreign key: " + line);
    }
    return lines;
}

void Database::checkpoint()
{
    const std::lock_guard lock{state_->writer_mutex};
    ensure(state_->writer != nullptr, "the catalogue is open for writing");
    state_->writer->execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

ReadTx::ReadTx(Database* pool, std::shared_ptr<Connection> owned)
    : pool_(pool), owned_(std::move(owned)), connection_(owned_.get())
{}

ReadTx::ReadTx(ReadTx&& other) noexcept = default;

ReadTx::~ReadTx()
{
    if (owned_ == nullptr) {
        return;
    }
    if (sqlite3_exec(owned_->handle(), "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK) {
        const std::lock_guard lock{pool_->state_->pool_mutex};
        pool_->state_->readers.push_back(std::move(owned_));
    }
}

WriteTx::WriteTx(Database& database) : ReadTx(nullptr), database_(&database)
{
    auto& state = *database.state_;
    state.writer_mutex.lock();
    try {
        ensure(state.writer != nullptr, "the catalogue is open for writing");
        state.writer->execute("BEGIN IMMEDIATE");
    } catch (...) {
        state.writer_mutex.unlock();
        throw;
    }
    connection_ = state.writer.get();
    open_ = true;
}

WriteTx::~WriteTx()
{
    if (open_) {
        sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
        database_->state_->writer_mutex.unlock();
    }
}

void WriteTx::commit()
{
    ensure(open_, "a transaction is committed once");
    connection_->execute("COMMIT");
    open_ = false;
    database_->state_->writer_mutex.unlock();
}

} // namespace vtlt::db
