// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/store/object_store.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <mutex>
#include <random>
#include <set>
#include <sys/stat.h>
#include <thread>

namespace vtlt::store {

namespace fs = std::filesystem;

namespace {

struct Row
{
    std::int64_t id = 0;
    Secrecy band = Secrecy::open;
    std::string hash;
    std::uint64_t size = 0;
};

constexpr std::int64_t kPortion = 2000;
constexpr std::size_t kBuffer = std::size_t{1} << 18;

Row row_of(const db::Statement& select)
{
    return {select.integer(0), static_cast<Secrecy>(select.integer(1)), select.text(2),
            static_cast<std::uint64_t>(select.integer(3))};
}

/// Hands out objects in portions; the whole catalogue is never in memory.
class RowSource
{
public:
    RowSource(db::Database& database, const FixityOptions& options) : database_(database)
    {
        auto tx = database.read();
        auto count = tx.prepare("SELECT count(*) FROM object");
        ensure(count.step(), "a count has a row");
        total_ = static_cast<std::uint64_t>(count.integer(0));
        total_ = options.sample > 0 ? std::min(total_, options.sample) : total_;
        if (options.sample > 0) {
            choose(options);
        }
    }

    std::uint64_t total() const { return total_; }

    /// nullopt at the end. Any thread.
    std::optional<Row> next()
    {
        const std::lock_guard lock{mutex_};
        if (at_ == portion_.size() && !sampled_) {
            load();
        }
        return at_ < portion_.size() ? std::optional{portion_[at_++]} : std::nullopt;
    }

private:
    void load()
    {
        portion_.clear();
        at_ = 0;
        auto tx = database_.read();
        auto select = tx.prepare("SELECT id, band, hash, size FROM object WHERE id > ?1 ORDER BY id LIMIT ?2");
        select.bind(1, last_).bind(2, kPortion);
        while (select.step()) {
            portion_.push_back(row_of(select));
        }
        if (!portion_.empty()) {
            last_ = portion_.back().id;
        }
    }

    void choose(const FixityOptions& options)
    {
        sampled_ = true;
        auto tx = database_.read();
        std::vector<std::int64_t> ids;
        auto all = tx.prepare("SELECT id FROM object ORDER BY id");
        while (all.step()) {
            ids.push_back(all.integer(0));
        }
        std::vector<std::int64_t> chosen;
        std::mt19937_64 random{options.seed};
        std::ranges::sample(ids, std::back_inserter(chosen), static_cast<std::ptrdiff_t>(options.sample), random);
        auto select = tx.prepare("SELECT id, band, hash, size FROM object WHERE id IN {ids ?1} ORDER BY id");
        select.bind_list(1, std::span<const std::int64_t>{chosen});
        while (select.step()) {
            portion_.push_back(row_of(select));
        }
    }

    db::Database& database_;
    std::uint64_t total_ = 0;
    std::mutex mutex_;
    std::vector<Row> portion_; // this and below: guarded by mutex_
    std::size_t at_ = 0;
    std::int64_t last_ = 0;
    bool sampled_ = false;
};

std::optional<Damage> check_object(const Home& home, const Row& row, std::vector<char>& buffer, Hasher& hasher)
{
    const auto path = home.object(row.band, row.hash);
    const auto shown = path.lexically_relative(home.root()).native();
    struct stat info = {};
    if (::lstat(path.c_str(), &info) != 0) {
        return Damage{DamageKind::missing, shown, row.hash, row.hash, ""};
    }
    if (!S_ISREG(info.st_mode)) {
        return Damage{DamageKind::changed, shown, row.hash, row.hash, "special file"};
    }
    try {
        const auto fd = open_file(path, O_RDONLY | O_NOFOLLOW);
        ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
        while (const auto got = read_some(fd.get(), buffer.data(), buffer.size(), path.native())) {
            hasher.update(buffer.data(), got);
        }
    } catch (const Error& error) {
        hasher.finish_hex();
        return Damage{DamageKind::changed, shown, row.hash, row.hash, error.what()};
    }
    auto found = hasher.finish_hex();
    if (found != row.hash) {
        return Damage{DamageKind::changed, shown, row.hash, row.hash, std::move(found)};
    }
    return std::nullopt;
}

/// Files below objects/ that no row names: reported, never removed (a sweeper must not hide tampering).
void list_untracked(const Home& home, db::Database& database, std::vector<Damage>& damages)
{
    if (!fs::exists(home.objects())) {
        return;
    }
    std::vector<std::pair<std::string, fs::path>> portion;
    const auto look_up = [&] {
        std::vector<std::string> hashes;
        hashes.reserve(portion.size());
        for (const auto& [hash, path] : portion) {
            hashes.push_back(hash);
        }
        std::set<fs::path> known;
        auto tx = database.read();
        auto select = tx.prepare("SELECT band, hash FROM object WHERE hash IN {ids ?1}");
        select.bind_list(1, std::span<const std::string>{hashes});
        while (select.step()) {
            known.insert(home.object(static_cast<Secrecy>(select.integer(0)), select.text(1)));
        }
        for (const auto& [hash, path] : portion) {
            if (!known.contains(path)) {
                damages.push_back({DamageKind::untracked, path.lexically_relative(home.root()).native(), "", "", ""});
            }
        }
        portion.clear();
    };
    for (const auto& entry : fs::recursive_directory_iterator{home.objects()}) {
        if (entry.is_directory() && !entry.is_symlink()) {
            continue;
        }
        auto name = entry.path().filename().native();
        const bool plain = name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
        portion.emplace_back(plain ? std::move(name) : std::string{}, entry.path());
        if (portion.size() >= static_cast<std::size_t>(kPortion)) {
            look_up();
        }
    }
    look_up();
}

} // namespace

FixityReport check_fixity(const Home& home, db::Database& database, const FixityOptions& options)
{
    FixityReport report;
    RowSource rows{database, options};
    std::mutex report_mutex;
    std::exception_ptr failure;
    const auto is_stopped = [&] { return options.stop != nullptr && options.stop->load(); };
    const auto work = [&] {
        std::vector<char> buffer(kBuffer);
        Hasher hasher;
        try {
            while (const auto row = is_stopped() ? std::nullopt : rows.next()) {
                auto damage = check_object(home, *row, buffer, hasher);
                const std::lock_guard lock{report_mutex};
                ++report.objects;
                report.bytes += row->size;
                if (damage) {
                    report.damages.push_back(std::move(*damage));
                }
                if (options.progress) {
                    options.progress({report.objects, report.bytes, rows.total()});
                }
            }
        } catch (...) {
            const std::lock_guard lock{report_mutex};
            failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 1; i < std::max(1U, options.threads); ++i) {
            threads.emplace_back(work);
        }
        work();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    report.interrupted = is_stopped();
    if (options.sample == 0 && !report.interrupted) {
        list_untracked(home, database, report.damages);
    }
    std::ranges::sort(report.damages, {}, &Damage::path);
    return report;
}

} // namespace vtlt::store
