// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/file.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/core/home.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class Database;
class WriteTx;
} // namespace vtlt::db

/// The content-addressed store: bytes that are never changed. Write path of safety.md §4.1:
/// staged file and intent durable < rename to the content address < folders durable < catalogue commit.
namespace vtlt::store {

struct StagedObject
{
    std::string hash; ///< SHA-256 of the stored bytes, hex
    std::uint64_t size = 0;
    Secrecy band = Secrecy::open;
};

/// One group of objects that become durable together. From `make_durable` to `finish` no other batch of this process
/// takes objects away, so that bytes found in their place are still there when their row is written. Not thread-safe.
/// The destructor of an unfinished batch removes what it staged.
///
///     StagingBatch batch{home};
///     auto staged = batch.add_file(fd, band);     // any number
///     batch.make_durable();                        // one barrier, renames, folders
///     … transaction with insert_object …; commit;
///     batch.finish();                              // forgets the intent
class StagingBatch
{
public:
    explicit StagingBatch(const Home& home);
    ~StagingBatch();
    StagingBatch(const StagingBatch&) = delete;
    StagingBatch& operator=(const StagingBatch&) = delete;

    /// Copies and hashes from the descriptor's position to its end. Throws invalid `object.too_large` beyond
    /// `max_bytes`.
    StagedObject add_file(int source, Secrecy band, std::uint64_t max_bytes = UINT64_MAX);
    StagedObject add_bytes(std::string_view bytes, Secrecy band);
    /// Takes over a whole file of the same home, whose bytes are known to be `object`, under a second name; its first
    /// name stays. Copies where the file system has no second names, and then throws corrupt `object.changed` when the
    /// bytes are others.
    StagedObject adopt(const std::filesystem::path& path, const StagedObject& object);
    /// Names a stored object that this batch's transaction may leave without an owner: `finish` takes it away then, and
    /// so does the next start after a crash.
    void leave(const StagedObject& object);
    /// Forgets a staged object (a duplicate) before the batch is made durable.
    void discard(const StagedObject& object);

    /// For bytes that arrive in pieces.
    class Writer
    {
    public:
        ~Writer();
        Writer(Writer&&) noexcept;
        void write(std::string_view bytes);
        std::uint64_t size() const;
        StagedObject finish();
        /// The bytes so far, readable; position 0. Valid until the batch ends.
        UniqueFd reopen() const;

    private:
        friend class StagingBatch;
        struct State;
        explicit Writer(std::unique_ptr<State> state);
        std::unique_ptr<State> state_;
    };
    Writer begin(Secrecy band);

    /// Opens a staged object, or the stored one once it has been moved.
    UniqueFd open(const StagedObject& object) const;

    std::size_t count() const;
    std::uint64_t bytes() const;
    void make_durable();
    void finish();
    /// The same after objects were left, whether or not the transaction was committed: takes away what has no owner.
    /// Outside of every transaction.
    void finish(db::Database& database);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The catalogue's row of an object; the existing one when the band already holds these bytes.
ObjectId insert_object(db::WriteTx& tx, const StagedObject& object);

/// Opens a stored object for reading. Throws corrupt `object.missing`.
UniqueFd open_object(const Home& home, Secrecy band, const std::string& hash);

struct RecoveryReport
{
    std::uint64_t staged_removed = 0;
    std::uint64_t objects_removed = 0;
};

/// Start-up, by the owner of the writer: removes what the intents name and no row owns, and what lies in staging (I3)
/// but for uploads, which have rows of their own. Nothing else.
RecoveryReport recover_staging(const Home& home, db::Database& database);

enum class DamageKind
{
    changed,
    missing,
    untracked
};

struct Damage
{
    DamageKind kind;
    std::string path; ///< below the home
    std::string hash;
    std::string expected;
    std::string found;
};

struct FixityProgress
{
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
    std::uint64_t objects_total = 0;
};

struct FixityOptions
{
    std::uint64_t sample = 0; ///< 0: every object; else so many, chosen by `seed`
    std::uint64_t seed = 0;
    unsigned threads = 2;
    std::function<void(const FixityProgress&)> progress; ///< called from one thread at a time
    const std::atomic<bool>* stop = nullptr;             ///< set: what was checked so far is reported
};

struct FixityReport
{
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
    std::vector<Damage> damages;
    bool interrupted = false;
};

/// Re-hashes the store against the catalogue; a full run also lists files that no row names.
FixityReport check_fixity(const Home& home, db::Database& database, const FixityOptions& options);

} // namespace vtlt::store
