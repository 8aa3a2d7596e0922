// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/history_export.h>

#include <vtlt/core/audit/tiles.h>
#include <vtlt/core/base/embedded_file.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <fcntl.h>

namespace vtlt::audit_assets {
std::span<const EmbeddedFile> files();
}

namespace vtlt::audit {

namespace fs = std::filesystem;

namespace {

constexpr int kTries = 5;

void copy_bytes(const fs::path& from, const fs::path& to)
{
    const auto in = open_if_exists(from, O_RDONLY | O_CLOEXEC);
    if (!in) {
        throw Error{Kind::not_found, "audit.tile", {{"path", from.native()}}};
    }
    const auto bytes = read_file(from);
    fs::create_directories(to.parent_path());
    const auto out = open_file(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    write_all(out.get(), bytes, to.native());
}

void copy_tiles(const Home& home, const fs::path& to, std::uint64_t size)
{
    const auto copy_level = [&](int level, std::uint64_t count) {
        for (std::uint64_t index = 0; index * kTileWidth < count; ++index) {
            const auto path = tile_path(level, index, std::min(kTileWidth, count - index * kTileWidth));
            copy_bytes(home.audit() / path, to / path);
        }
    };
    copy_level(-1, size);
    int level = 0;
    for (auto count = size; count > 0; count /= kTileWidth) {
        copy_level(level++, count);
    }
}

/// Those up to the newest: what a writer signed meanwhile is not ours.
void write_months(const Home& home, const fs::path& to, const NoteVerifier& key, std::uint64_t size)
{
    fs::create_directories(to / "checkpoints");
    std::string month;
    read_checkpoints(home, key, [&](const SignedCheckpoint& checkpoint) {
        if (checkpoint.head.size <= size) {
            month = checkpoint_month(checkpoint.at, month);
            const auto path = to / "checkpoints" / month;
            const auto fd = open_file(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            write_all(fd.get(), checkpoint.note + "\n", path.native());
        }
    });
}

SignedCheckpoint copy_history(const Home& home, const fs::path& to)
{
    const auto newest = read_checkpoint(home);
    if (!newest) {
        throw Error{Kind::not_found, "audit.no_checkpoint"};
    }
    const auto key = read_audit_key(home);
    copy_bytes(home.audit() / "key", to / "key");
    copy_tiles(home, to, newest->head.size);
    write_months(home, to, key, newest->head.size);
    write_file_atomically(to / "checkpoint", newest->note);
    return *newest;
}

} // namespace

SignedCheckpoint export_history(const Home& home, const fs::path& to)
{
    if (fs::exists(to)) {
        throw Error{Kind::conflict, "audit.export_exists", {{"path", to.native()}}};
    }
    const auto parent = to.has_parent_path() ? to.parent_path() : fs::path{"."};
    if (!fs::is_directory(parent)) {
        throw Error{Kind::not_found, "export.no_folder", {{"path", parent.native()}}};
    }
    for (int tries = 1;; ++tries) {
        try {
            const TempDir beside{parent};
            const auto place = beside.path() / "history";
            make_directory(place, 0700);
            auto checkpoint = copy_history(home, place);
            sync_file_system(place);
            if (::rename(place.c_str(), to.c_str()) != 0) {
                throw_errno("rename", to.native());
            }
            sync_directory(parent);
            return checkpoint;
        } catch (const Error& error) {
            // A writer beside us has just replaced an unfinished tile by a longer one.
            if (error.code() != "audit.tile" || tries == kTries) {
                throw;
            }
        }
    }
}

std::string_view verifier_script()
{
    return audit_assets::files().front().text();
}

std::string_view package_verifier_script()
{
    return audit_assets::files().back().text();
}

} // namespace vtlt::audit
