// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/store/object_store.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <sys/stat.h>
#include <unistd.h>

namespace vtlt::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kCopyBuffer = std::size_t{1} << 20;
constexpr std::string_view kIntentSuffix = ".intent";
/// From so many files on, one barrier over the file system is cheaper than one fsync each (performance.md §5).
constexpr std::size_t kBarrierFrom = 4;

/// Shared: objects in their places are relied on before their rows are written. Alone: objects are taken away.
std::shared_mutex& places()
{
    static std::shared_mutex mutex;
    return mutex;
}

void remove_file(const fs::path& path)
{
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        throw_errno("unlink", path.native());
    }
}

std::string hash_of_file(const fs::path& path)
{
    const auto fd = open_file(path, O_RDONLY);
    Hasher hasher;
    std::vector<char> buffer(kCopyBuffer);
    while (const auto got = read_some(fd.get(), buffer.data(), buffer.size(), path.native())) {
        hasher.update(buffer.data(), got);
    }
    return hasher.finish_hex();
}

/// Creates the missing folders above an object; notes every folder whose entries changed.
void prepare_folder(const Home& home, const fs::path& object, std::set<fs::path>& changed)
{
    const auto leaf = object.parent_path();
    const auto middle = leaf.parent_path();
    const auto band = middle.parent_path();
    changed.insert(leaf);
    if (::mkdir(leaf.c_str(), 0700) == 0) {
        changed.insert(middle);
        return;
    }
    if (errno == EEXIST) {
        return;
    }
    if (errno != ENOENT) {
        throw_errno("mkdir", leaf.native());
    }
    for (const auto& [folder, parent] :
         {std::pair{band, home.objects()}, std::pair{middle, band}, std::pair{leaf, middle}}) {
        make_directory(folder);
        changed.insert(parent);
    }
}

} // namespace

struct StagingBatch::State
{
    struct Staged
    {
        StagedObject object;
        fs::path path;
        bool moved = false; ///< to its address
    };

    Home home;
    fs::path folder;
    fs::path intent;
    std::vector<Staged> staged;
    std::vector<StagedObject> left;
    std::shared_lock<std::shared_mutex> relies; ///< on what lies in its place
    std::unique_ptr<char[]> buffer; ///< of add_file; not cleared, which would cost more than hashing a small file
    std::uint64_t bytes = 0;
    std::size_t next_name = 0;
    bool durable = false;
    bool finished = false;

    void start_folder()
    {
        if (folder.empty()) {
            folder = home.staging() / make_uid();
            intent = folder;
            intent += kIntentSuffix;
            make_directory(folder);
        }
    }

    void clean() noexcept
    {
        for (const auto& one : staged) {
            if (!one.moved) {
                ::unlink(one.path.c_str());
            }
        }
        if (!folder.empty()) {
            ::unlink(intent.c_str());
            ::rmdir(folder.c_str());
        }
    }
};

struct StagingBatch::Writer::State
{
    StagingBatch::State* batch = nullptr;
    fs::path path;
    UniqueFd fd;
    Hasher hasher;
    StagedObject object;
    bool finished = false;
};

StagingBatch::StagingBatch(const Home& home) : state_(std::make_unique<State>(State{.home = home})) {}

StagingBatch::~StagingBatch()
{
    // Renamed but not finished: the intent stays and the next start decides by the catalogue.
    if (!state_->finished && !state_->durable) {
        state_->clean();
    }
}

StagingBatch::Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}

StagingBatch::Writer::Writer(Writer&&) noexcept = default;

StagingBatch::Writer::~Writer()
{
    if (state_ && !state_->finished) {
        ::unlink(state_->path.c_str());
    }
}

StagingBatch::Writer StagingBatch::begin(Secrecy band)
{
    ensure(!state_->durable, "a durable batch takes no more objects");
    state_->start_folder();
    auto writer = std::make_unique<Writer::State>();
    writer->batch = state_.get();
    writer->path = state_->folder / std::to_string(state_->next_name++);
    writer->fd = open_file(writer->path, O_RDWR | O_CREAT | O_EXCL, 0440);
    writer->object.band = band;
    return Writer{std::move(writer)};
}

void StagingBatch::Writer::write(std::string_view bytes)
{
    state_->hasher.update(bytes);
    write_all(state_->fd.get(), bytes, state_->path.native());
    state_->object.size += bytes.size();
}

std::uint64_t StagingBatch::Writer::size() const
{
    return state_->object.size;
}

StagedObject StagingBatch::Writer::finish()
{
    state_->object.hash = state_->hasher.finish_hex();
    state_->finished = true;
    auto& batch = *state_->batch;
    batch.staged.push_back({.object = state_->object, .path = state_->path});
    batch.bytes += state_->object.size;
    return state_->object;
}

UniqueFd StagingBatch::Writer::reopen() const
{
    return open_file(state_->path, O_RDONLY);
}

StagedObject StagingBatch::add_file(int source, Secrecy band, std::uint64_t max_bytes)
{
    auto writer = begin(band);
    auto& buffer = state_->buffer;
    if (!buffer) {
        buffer = std::make_unique_for_overwrite<char[]>(kCopyBuffer);
    }
    while (const auto got = read_some(source, buffer.get(), kCopyBuffer, "")) {
        if (writer.size() + got > max_bytes) {
            throw Error{Kind::invalid, "object.too_large", {{"limit", std::to_string(max_bytes)}}};
        }
        writer.write({buffer.get(), got});
    }
    return writer.finish();
}

StagedObject StagingBatch::add_bytes(std::string_view bytes, Secrecy band)
{
    auto writer = begin(band);
    writer.write(bytes);
    return writer.finish();
}

StagedObject StagingBatch::adopt(const fs::path& path, const StagedObject& object)
{
    ensure(!state_->durable, "a durable batch takes no more objects");
    state_->start_folder();
    const auto place = state_->folder / std::to_string(state_->next_name++);
    if (::link(path.c_str(), place.c_str()) != 0) {
        if (errno != EPERM && errno != EXDEV && errno != EMLINK && errno != ENOTSUP) {
            throw_errno("link", path.native());
        }
        auto copied = add_file(open_file(path, O_RDONLY | O_NOFOLLOW).get(), object.band);
        if (copied.hash != object.hash) {
            throw Error{Kind::corrupt, "object.changed", {{"path", path.native()}}};
        }
        return copied;
    }
    if (::chmod(place.c_str(), 0440) != 0) {
        throw_errno("chmod", place.native());
    }
    state_->staged.push_back({.object = object, .path = place});
    state_->bytes += object.size;
    return object;
}

void StagingBatch::leave(const StagedObject& object)
{
    ensure(!state_->durable, "a durable batch leaves no more objects");
    state_->start_folder();
    state_->left.push_back(object);
}

void StagingBatch::discard(const StagedObject& object)
{
    auto& staged = state_->staged;
    const auto found = std::ranges::find_if(
        staged, [&](const auto& one) { return one.object.hash == object.hash && one.object.band == object.band; });
    ensure(found != staged.end(), "a discarded object was staged");
    remove_file(found->path);
    state_->bytes -= found->object.size;
    staged.erase(found);
}

UniqueFd StagingBatch::open(const StagedObject& object) const
{
    for (const auto& staged : state_->staged) {
        if (staged.object.hash == object.hash && staged.object.band == object.band) {
            if (auto fd = open_if_exists(staged.path, O_RDONLY)) {
                return std::move(*fd);
            }
        }
    }
    return open_object(state_->home, object.band, object.hash);
}

std::size_t StagingBatch::count() const
{
    return state_->staged.size();
}

std::uint64_t StagingBatch::bytes() const
{
    return state_->bytes;
}

void StagingBatch::make_durable()
{
    auto& state = *state_;
    if (state.staged.empty() && state.left.empty()) {
        return;
    }
    std::string names;
    const auto add = [&](const StagedObject& object) {
        names += std::string{secrecy_name(object.band)} + "/" + object.hash + "\n";
    };
    for (const auto& one : state.staged) {
        add(one.object);
    }
    std::ranges::for_each(state.left, add);
    state.relies = std::shared_lock{places()};
    const auto intent = open_file(state.intent, O_WRONLY | O_CREAT | O_EXCL);
    write_all(intent.get(), names, state.intent.native());

    const bool barrier = state.staged.size() >= kBarrierFrom;
    if (barrier) {
        sync_file_system(state.home.staging());
    } else {
        for (const auto& [object, path, moved] : state.staged) {
            sync_file(open_file(path, O_RDONLY).get(), path.native());
        }
        sync_file(intent.get(), state.intent.native());
        sync_directory(state.folder);
        sync_directory(state.home.staging());
    }
    state.durable = true;

    std::set<fs::path> changed;
    for (auto& [object, path, moved] : state.staged) {
        const auto place = state.home.object(object.band, object.hash);
        // The same bytes are kept once; a damaged copy under this name is replaced by the good one (P4).
        if (::access(place.c_str(), F_OK) == 0 && hash_of_file(place) == object.hash) {
            continue;
        }
        prepare_folder(state.home, place, changed);
        if (::rename(path.c_str(), place.c_str()) != 0) {
            throw_errno("rename", place.native());
        }
        // Where both are names of one file already, as after another's adoption, rename does nothing.
        moved = ::access(path.c_str(), F_OK) != 0;
    }
    if (barrier) {
        sync_file_system(state.home.objects());
    } else {
        for (const auto& folder : changed) {
            sync_directory(folder);
        }
    }
}

void StagingBatch::finish()
{
    ensure(state_->left.empty(), "what was left is taken away with the catalogue at hand");
    state_->relies = {};
    state_->clean();
    state_->finished = true;
}

ObjectId insert_object(db::WriteTx& tx, const StagedObject& object)
{
    tx.prepare("INSERT INTO object (band, hash, size) VALUES (?1, ?2, ?3) ON CONFLICT (band, hash) DO NOTHING")
        .bind(1, static_cast<int>(object.band))
        .bind(2, object.hash)
        .bind(3, static_cast<std::int64_t>(object.size))
        .run();
    auto select = tx.prepare("SELECT id FROM object WHERE band = ?1 AND hash = ?2");
    select.bind(1, static_cast<int>(object.band)).bind(2, object.hash);
    ensure(select.step(), "an inserted object is there");
    return select.id<ObjectId>(0);
}

UniqueFd open_object(const Home& home, Secrecy band, const std::string& hash)
{
    auto fd = open_if_exists(home.object(band, hash), O_RDONLY);
    if (!fd) {
        throw Error{Kind::corrupt, "object.missing", {{"hash", hash}}};
    }
    return std::move(*fd);
}

namespace {

struct IntentLine
{
    Secrecy band;
    std::string hash;
};

/// Whole lines only: a torn intent means that nothing was renamed yet.
std::vector<IntentLine> read_intent(const fs::path& path)
{
    std::vector<IntentLine> lines;
    const auto text = read_file(path);
    std::string_view rest = text;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        const auto slash = line.find('/');
        const auto band = secrecy_from_name(line.substr(0, slash));
        if (slash == std::string_view::npos || !band || line.size() - slash - 1 != 64) {
            continue;
        }
        lines.push_back({*band, std::string{line.substr(slash + 1)}});
    }
    return lines;
}

std::set<std::pair<Secrecy, std::string>> owned_objects(db::Database& database, const std::vector<IntentLine>& lines)
{
    std::vector<std::string> hashes;
    hashes.reserve(lines.size());
    for (const auto& line : lines) {
        hashes.push_back(line.hash);
    }
    std::set<std::pair<Secrecy, std::string>> owned;
    auto tx = database.read();
    auto select = tx.prepare("SELECT band, hash FROM object WHERE hash IN {ids ?1}");
    select.bind_list(1, std::span<const std::string>{hashes});
    while (select.step()) {
        owned.emplace(static_cast<Secrecy>(select.integer(0)), select.text(1));
    }
    return owned;
}

std::uint64_t remove_unowned(const Home& home, db::Database& database, const std::vector<IntentLine>& lines)
{
    const auto owned = owned_objects(database, lines);
    std::uint64_t removed = 0;
    std::set<fs::path> folders;
    for (const auto& [band, hash] : lines) {
        const auto path = home.object(band, hash);
        if (!owned.contains({band, hash}) && ::access(path.c_str(), F_OK) == 0) {
            remove_file(path);
            folders.insert(path.parent_path());
            ++removed;
        }
    }
    for (const auto& folder : folders) {
        sync_directory(folder);
    }
    return removed;
}

} // namespace

void StagingBatch::finish(db::Database& database)
{
    std::vector<IntentLine> lines;
    for (const auto& object : state_->left) {
        lines.push_back({object.band, object.hash});
    }
    for (const auto& one : state_->staged) {
        lines.push_back({one.object.band, one.object.hash});
    }
    state_->relies = {};
    {
        const std::unique_lock alone{places()};
        remove_unowned(state_->home, database, lines);
    }
    state_->left.clear();
    finish();
}

RecoveryReport recover_staging(const Home& home, db::Database& database)
{
    RecoveryReport report;
    if (!fs::exists(home.staging())) {
        return report;
    }
    std::vector<fs::path> intents;
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator{home.staging()}) {
        if (entry.path() == home.uploads()) {
            continue;
        }
        (entry.path().extension() == kIntentSuffix ? intents : folders).push_back(entry.path());
    }
    for (const auto& intent : intents) {
        report.objects_removed += remove_unowned(home, database, read_intent(intent));
    }
    // Only now, with the removals durable, are the intents forgotten.
    for (const auto& path : folders) {
        report.staged_removed += fs::remove_all(path);
    }
    for (const auto& intent : intents) {
        remove_file(intent);
    }
    return report;
}

} // namespace vtlt::store
