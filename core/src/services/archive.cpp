// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/archive.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/core/services/uploads.h>
#include <vtlt/core/store/object_store.h>

#include "audit/sweep.h"
#include "services/code.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace vtlt::services {

namespace fs = std::filesystem;

namespace {

constexpr int kConfigVersion = 1;
constexpr std::chrono::milliseconds kLockStep{25};

Home checked_home(const fs::path& directory)
{
    Home home{directory.is_absolute() ? directory : fs::absolute(directory)};
    if (!fs::exists(home.config()) || !fs::exists(home.catalog())) {
        throw Error{Kind::not_found, "archive.not_found", {{"path", directory.native()}}};
    }
    return home;
}

/// The lock is on the home folder itself: it survives the deletion of run/ and of every other file.
UniqueFd try_lock(const Home& home)
{
    auto fd = open_file(home.root(), O_RDONLY | O_DIRECTORY);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
        return fd;
    }
    if (errno != EWOULDBLOCK && errno != EINTR) {
        throw_errno("flock", home.root().native());
    }
    return {};
}

UniqueFd lock_archive(const Home& home, std::chrono::milliseconds patience)
{
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
        if (auto fd = try_lock(home)) {
            return fd;
        }
        if (std::chrono::steady_clock::now() >= until) {
            throw Error{Kind::busy, "archive.locked", {{"path", home.root().native()}}};
        }
        std::this_thread::sleep_for(kLockStep);
    }
}

/// Absent: as before. A session without an end, or with one in the past, is a slip of the pen.
std::chrono::minutes minutes_of(const Json& json, const char* key, std::chrono::minutes otherwise)
{
    constexpr std::int64_t most = std::int64_t{7} * 24 * 60;
    const auto minutes = json.value(key, std::int64_t{otherwise.count()});
    if (minutes < 1 || minutes > most) {
        throw Error{Kind::invalid, "config.session_minutes", {{"key", key}, {"most", std::to_string(most)}}};
    }
    return std::chrono::minutes{minutes};
}

/// A CA file is named from the home on.
std::optional<auth::DirectoryServer> directory_of(const Home& home, const Json& json)
{
    const auto found = json.find("ldap");
    if (found == json.end() || found->is_null()) {
        return std::nullopt;
    }
    auth::DirectoryServer server{.url = found->at("url").get<std::string>(),
                                 .bind = found->at("bind").get<std::string>(),
                                 .ca_file = {},
                                 .start_tls = found->value("start_tls", false)};
    if (const auto file = found->value("ca_file", std::string{}); !file.empty()) {
        server.ca_file = home.root() / file;
    }
    auth::check_directory_server(server);
    return server;
}

void make_folders(const Home& home)
{
    for (const auto& folder : {home.objects(), home.audit(), home.keys(), home.ledger(), home.index(), home.cache(),
                               home.staging(), home.exports(), home.quarantine()}) {
        make_directory(folder, 0700);
    }
    make_directory(home.run(), 0750);
    // The umask is 0077 for everything else; who can open the socket in run/ is an operator.
    if (::chmod(home.run().c_str(), 0750) != 0) {
        throw_errno("chmod", home.run().native());
    }
}

/// Whoever has the lock is alone: a job that runs by its row was left by somebody who is no more.
void give_back_leases(db::Database& database)
{
    {
        auto tx = database.read();
        if (jobs::list_jobs(tx, {.state = jobs::State::running}, 1).empty()) {
            return;
        }
    }
    auto tx = database.write();
    jobs::release_all(tx);
    tx.commit();
}

} // namespace

Config read_config(const Home& home)
{
    const auto json = Json::parse(read_file(home.config()), nullptr, false);
    Config config;
    try {
        config.archive = json.at("archive").get<std::string>();
        const auto highest = secrecy_from_name(json.at("highest").get<std::string>());
        if (!highest || json.at("format_version").get<int>() > kConfigVersion) {
            throw Error{Kind::conflict, "config.newer"};
        }
        config.highest = *highest;
        config.test_clock = json.value("test_clock", false);
        config.session_idle = minutes_of(json, "session_idle_minutes", config.session_idle);
        config.session_longest = minutes_of(json, "session_longest_minutes", config.session_longest);
        config.ldap = directory_of(home, json);
    } catch (const Json::exception&) {
        throw Error{Kind::corrupt, "config.damaged", {{"path", home.config().native()}}};
    }
    return config;
}

void init_archive(const fs::path& directory, const Clock& clock, const auth::Actor& actor, const InitOptions& options)
{
    const auto target = fs::absolute(directory).lexically_normal();
    if (fs::exists(target) && (!fs::is_directory(target) || !fs::is_empty(target))) {
        throw Error{Kind::conflict, "archive.not_empty", {{"path", directory.native()}}};
    }
    auto place = target.has_filename() ? target : target.parent_path();
    fs::create_directories(place.parent_path());
    // Built beside and renamed: a home is whole or absent.
    const TempDir temporary{place.parent_path()};
    const Home home{temporary.path()};
    make_folders(home);
    const auto archive = make_uid();
    {
        db::Database database{home.catalog(), db::Database::Mode::writable};
        db::migrate(database);
        check_code(options.unit_code, "unit.bad_code");
        auto tx = database.write();
        const catalog::Unit root{.uid = make_uid(), .code = options.unit_code, .title = options.unit_title};
        catalog::insert_unit(tx, root);
        audit::record_event(tx, clock, actor, {"unit.created", root.uid, {{"code", root.code}, {"title", root.title}}});
        tx.commit();
        audit::make_audit_key(home, archive);
        make_second_factor_key(home);
        audit::write_checkpoint(home, database, clock);
    }
    const Json config{{"format_version", kConfigVersion},
                      {"archive", archive},
                      {"created_at", format_instant(clock.now())},
                      {"highest", secrecy_name(options.highest)},
                      {"test_clock", options.test_clock}};
    write_file_atomically(home.config(), config.dump(2) + "\n");
    if (::chmod(home.root().c_str(), 0710) != 0) {
        throw_errno("chmod", home.root().native());
    }
    sync_file_system(home.root());
    if (::rename(home.root().c_str(), place.c_str()) != 0) {
        throw_errno("rename", place.native());
    }
    sync_directory(place.parent_path());
}

struct Archive::KnownUnits
{
    std::mutex mutex;
    std::int64_t revision = 0; // guarded by mutex, as what follows
    Date today;
    std::shared_ptr<const auth::UnitTree> tree;
};

std::shared_ptr<const auth::UnitTree> Archive::units(db::ReadTx& tx, Date today)
{
    const auto revision = catalog::unit_revision(tx);
    {
        const std::lock_guard lock{units_->mutex};
        if (units_->tree && units_->revision == revision && units_->today == today) {
            return units_->tree;
        }
    }
    auto tree = std::make_shared<const auth::UnitTree>(catalog::read_unit_tree(tx, today));
    const std::lock_guard lock{units_->mutex};
    units_->revision = revision;
    units_->today = today;
    units_->tree = tree;
    return tree;
}

Archive::Archive(const fs::path& directory, Mode mode, std::chrono::milliseconds patience)
    : home_(checked_home(directory)), units_(std::make_unique<KnownUnits>())
{
    if (mode == Mode::write) {
        lock_ = lock_archive(home_, patience);
    }
    config_ = read_config(home_);
    database_ = std::make_unique<db::Database>(home_.catalog(), mode == Mode::write ? db::Database::Mode::writable
                                                                                    : db::Database::Mode::read_only);
    if (mode == Mode::write) {
        make_folders(home_);
        db::migrate(*database_);
        store::recover_staging(home_, *database_);
        recover_uploads(home_, *database_);
        complete_second_factor_key(home_, *database_);
        const auto outside = audit::read_checkpoint(home_);
        const auto size = [&] {
            auto tx = database_->read();
            audit::read_audit_signer(home_);
            // Writing on over another history would fork it, and the next checkpoint would hide that.
            audit::require_own_history(tx, outside);
            return audit::current_checkpoint(tx).size;
        }();
        if (outside) {
            // What a crash kept from being signed is signed now; then its half-done tiles are nobody's.
            audit::write_checkpoint(home_, *database_, SystemClock{});
            audit::sweep_tiles(home_, size);
        }
        checkpoint_after_ = size;
        give_back_leases(*database_);
    }
}

Archive::Archive(Archive&&) noexcept = default;

Archive::~Archive()
{
    if (is_writable()) {
        try {
            const auto size = [&] {
                auto tx = database_->read();
                return audit::current_checkpoint(tx).size;
            }();
            // Who only looked leaves a missing checkpoint missing: verify must be able to tell it twice.
            if (size > checkpoint_after_) {
                audit::write_checkpoint(home_, *database_, SystemClock{});
            }
        } catch (const std::exception&) {
            // The catalogue holds the history; the next writer writes its checkpoint.
        }
    }
}

bool is_archive_free(const Home& home)
{
    return static_cast<bool>(try_lock(home));
}

void require_holdable(const Archive& archive, Secrecy secrecy)
{
    if (secrecy > archive.config().highest) {
        throw Error{Kind::invalid,
                    "ingest.above_highest_grade",
                    {{"highest", std::string{secrecy_name(archive.config().highest)}}}};
    }
}

} // namespace vtlt::services
