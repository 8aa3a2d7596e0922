// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/actor.h>
#include <vtlt/core/auth/directory.h>
#include <vtlt/core/auth/unit_tree.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/home.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace vtlt::services {

/// What config.json says. Fields that a newer build wrote are kept.
struct Config
{
    Uid archive;
    Secrecy highest = Secrecy::tuyet_mat;  ///< the highest grade this installation may hold
    bool test_clock = false;               ///< `--now` works for writing commands
    std::chrono::minutes session_idle{30}; ///< a session ends when its browser asked for nothing so long
    std::chrono::minutes session_longest{std::chrono::hours{12}}; ///< and in any case after so long
    std::optional<auth::DirectoryServer> ldap = std::nullopt;     ///< the directory that some sign in by
};

Config read_config(const Home& home);

struct InitOptions
{
    Secrecy highest = Secrecy::tuyet_mat;
    bool test_clock = false;
    std::string unit_code = "CQ";
    std::string unit_title = "Cơ quan";
};

/// Makes an archive home. Throws conflict `archive.not_empty`.
void init_archive(const std::filesystem::path& directory, const Clock& clock, const auth::Actor& actor,
                  const InitOptions& options);

/// An open archive. `write` takes the archive's exclusive lock (waiting up to 5 s, then busy `archive.locked`), opens
/// the one writer and does start-up recovery; `read` opens readers only, beside a writer or none.
class Archive
{
public:
    enum class Mode
    {
        read,
        write
    };

    /// Throws not_found `archive.not_found` when `directory` is no archive home; for a writer also corrupt
    /// `audit.checkpoint_ahead`, `audit.rewritten`.
    Archive(const std::filesystem::path& directory, Mode mode,
            std::chrono::milliseconds patience = std::chrono::seconds{5});
    ~Archive();
    Archive(Archive&&) noexcept;

    const Home& home() const { return home_; }
    const Config& config() const { return config_; }
    db::Database& database() { return *database_; }
    bool is_writable() const { return static_cast<bool>(lock_); }

    /// The tree of units as `tx` sees it on `today`; kept until it changes. From any thread.
    std::shared_ptr<const auth::UnitTree> units(db::ReadTx& tx, Date today);

private:
    struct KnownUnits;

    Home home_;
    UniqueFd lock_;
    Config config_;
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<KnownUnits> units_;
    std::uint64_t checkpoint_after_ = 0; ///< the history's size beyond which closing writes a checkpoint
};

/// True when the lock could be taken just now without waiting.
bool is_archive_free(const Home& home);

/// Throws invalid `ingest.above_highest_grade` for what this installation may not hold.
void require_holdable(const Archive& archive, Secrecy secrecy);

} // namespace vtlt::services
