// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/embedded_file.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

#include "db/connection.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace vtlt::migrations {
std::span<const EmbeddedFile> files();
}
namespace vtlt::sqlite_migrations {
std::span<const EmbeddedFile> files();
}

namespace vtlt::db {

namespace {

struct TypeWord
{
    std::string_view word;
    std::string_view engine;
};

/// What the common words of a migration mean to SQLite; to PostgreSQL, tests/system/dialect.py tells.
constexpr std::array kTypeWords{
    TypeWord{"{key}", "INTEGER"}, TypeWord{"{int}", "INTEGER"},  TypeWord{"{bytes}", "BLOB"},
    TypeWord{"{text}", "TEXT"},   TypeWord{"{table}", "STRICT"},
};

struct Migration
{
    std::int64_t number = 0;
    std::string name;
    std::string sql;
    std::string checksum;
};

std::string to_engine(std::string sql)
{
    for (const auto& [word, engine] : kTypeWords) {
        for (auto at = sql.find(word); at != std::string::npos; at = sql.find(word, at + engine.size())) {
            sql.replace(at, word.size(), engine);
        }
    }
    return sql;
}

/// Number 0 makes the table that tells which others ran: it runs every time and is not told of itself.
std::string own_table()
{
    return to_engine(std::string{vtlt::migrations::files().front().text()});
}

/// Common files and the engine's own form one numbered history.
std::vector<Migration> all_migrations()
{
    std::vector<Migration> all;
    for (const auto files : {vtlt::migrations::files().subspan(1), vtlt::sqlite_migrations::files()}) {
        for (const auto& file : files) {
            Migration migration{
                .name = std::string{file.name}, .sql = std::string{file.text()}, .checksum = sha256_hex(file.text())};
            std::from_chars(file.name.data(), file.name.data() + 4, migration.number);
            all.push_back(std::move(migration));
        }
    }
    std::ranges::sort(all, {}, &Migration::number);
    return all;
}

std::map<std::int64_t, std::string> applied_migrations(ReadTx& tx)
{
    std::map<std::int64_t, std::string> applied;
    auto select = tx.prepare("SELECT number, checksum FROM schema_migration");
    while (select.step()) {
        applied.emplace(select.integer(0), select.text(1));
    }
    return applied;
}

/// Until the first release migrations may still change; a home of an older build is then refused, not guessed at.
void refuse_other_history(const std::map<std::int64_t, std::string>& applied, const std::vector<Migration>& migrations)
{
    if (!applied.empty() && applied.rbegin()->first > migrations.back().number) {
        throw Error{Kind::conflict, "catalog.newer"};
    }
    for (const auto& migration : migrations) {
        const auto found = applied.find(migration.number);
        if (found == applied.end() ? !applied.empty() && migration.number < applied.rbegin()->first
                                   : found->second != migration.checksum) {
            throw Error{Kind::conflict, "catalog.older", {{"migration", migration.name}}};
        }
    }
}

} // namespace

void require_this_schema(ReadTx& tx)
{
    const auto applied = applied_migrations(tx);
    const auto migrations = all_migrations();
    refuse_other_history(applied, migrations);
    if (applied.size() < migrations.size()) {
        // Only a writer may bring it up.
        throw Error{Kind::conflict, "catalog.older", {{"migration", migrations.at(applied.size()).name}}};
    }
}

void migrate(Database& database)
{
    auto tx = database.write();
    tx.execute_script(own_table());
    const auto applied = applied_migrations(tx);
    const auto migrations = all_migrations();
    refuse_other_history(applied, migrations);
    bool changed = false;
    for (const auto& migration : migrations) {
        if (applied.contains(migration.number)) {
            continue;
        }
        tx.execute_script(to_engine(migration.sql));
        tx.prepare("INSERT INTO schema_migration (number, name, checksum) VALUES (?1, ?2, ?3)")
            .bind(1, migration.number)
            .bind(2, migration.name)
            .bind(3, migration.checksum)
            .run();
        changed = true;
    }
    if (changed) {
        tx.commit();
    }
}

void WriteTx::execute_script(const std::string& sql)
{
    connection_->execute(sql);
}

} // namespace vtlt::db
