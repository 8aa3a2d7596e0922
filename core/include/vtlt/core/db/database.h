// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The catalogue's engine. SQL here and in the repositories is what SQLite 3.40 and PostgreSQL 15 share: parameters `?1
/// ?2 …`, lists of keys as `IN {ids ?1}`, new keys by `RETURNING id`; what differs lives in core/db (decisions.md,
/// "Catalogue").
namespace vtlt::db {

class Connection;
class Database;

/// A prepared statement; taken from the connection's cache and given back by the destructor. Columns count from 0.
class Statement
{
public:
    Statement(Connection& connection, std::string_view sql);
    ~Statement();
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;

    /// Binds parameter `index` from 1.
    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, int value) { return bind(index, static_cast<std::int64_t>(value)); }
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, const char* text) { return bind(index, std::string_view{text}); }
    Statement& bind_bytes(int index, std::string_view bytes);
    Statement& bind_null(int index);
    Statement& bind(int index, Date date);
    Statement& bind(int index, Instant instant);
    template <class Tag>
    Statement& bind(int index, Id<Tag> id)
    {
        return bind(index, id.value);
    }
    template <class T>
    Statement& bind(int index, const std::optional<T>& value)
    {
        return value ? bind(index, *value) : bind_null(index);
    }
    /// An empty text becomes NULL.
    Statement& bind_text_or_null(int index, std::string_view text)
    {
        return text.empty() ? bind_null(index) : bind(index, text);
    }
    /// For `IN {ids ?N}`.
    Statement& bind_list(int index, std::span<const std::int64_t> values);
    Statement& bind_list(int index, std::span<const std::string> values);

    /// True while there is a row. After false the statement can be bound and run again.
    bool step();
    /// Runs to the end, ignoring rows; returns the number of changed rows.
    std::int64_t run();

    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::string text(int column) const;  ///< NULL reads as empty
    std::string bytes(int column) const; ///< NULL reads as empty
    std::optional<std::int64_t> optional_integer(int column) const;
    std::optional<Date> optional_date(int column) const;
    Instant instant(int column) const;
    template <class IdType>
    IdType id(int column) const
    {
        return IdType{integer(column)};
    }
    template <class IdType>
    std::optional<IdType> optional_id(int column) const
    {
        return is_null(column) ? std::nullopt : std::optional{IdType{integer(column)}};
    }

private:
    Connection* connection_;
    void* handle_ = nullptr;
    void* shelf_ = nullptr; ///< of the connection, where the statement goes back
};

/// A snapshot: everything read through it is of one moment. Use from one thread; cheap.
class ReadTx
{
public:
    ~ReadTx();
    ReadTx(ReadTx&& other) noexcept;
    Statement prepare(std::string_view sql) { return Statement{*connection_, sql}; }

protected:
    friend class Database;
    ReadTx(Database* pool, std::shared_ptr<Connection> owned);
    explicit ReadTx(Connection* borrowed) : connection_(borrowed) {}

    Database* pool_ = nullptr;
    std::shared_ptr<Connection> owned_;
    Connection* connection_ = nullptr;
};

/// BEGIN IMMEDIATE on the one writer; rolled back unless committed. Reads see its own changes.
class WriteTx : public ReadTx
{
public:
    ~WriteTx();
    WriteTx(WriteTx&&) = delete;
    /// Durable when it returns (synchronous=FULL).
    void commit();
    /// Several statements without parameters: migrations only.
    void execute_script(const std::string& sql);

private:
    friend class Database;
    explicit WriteTx(Database& database);
    Database* database_;
    bool open_ = false;
};

/// One catalogue. With `writable` it owns the one writer connection, all writes and all checkpoints (safety.md §1);
/// without, only readers exist. read() and write() may be called from any thread; write() waits for the writer.
class Database
{
public:
    enum class Mode
    {
        read_only,
        writable
    };

    /// Opens or creates. Throws corrupt `catalog.damaged`, conflict `catalog.newer` / `catalog.older` (another build's
    /// schema).
    Database(const std::filesystem::path& path, Mode mode);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    ReadTx read();
    WriteTx write();
    /// Runs integrity_check and foreign_key_check; the engine's own words, empty when clean.
    std::vector<std::string> check();
    /// Moves the WAL into the database file and truncates it.
    void checkpoint();

private:
    friend class ReadTx;
    friend class WriteTx;
    struct State;
    std::unique_ptr<State> state_;
};

/// Brings the schema up to this build's; called once by the owner of the writer. Throws conflict `catalog.newer`,
/// `catalog.older`.
void migrate(Database& database);

/// Every distinct statement this process has prepared on a catalogue, in their order; no engine statements. When
/// $VTLT_STATEMENT_LIST names a file, they are appended there when the process ends, for tests/system/dialect.py.
std::vector<std::string> statement_list();

} // namespace vtlt::db
