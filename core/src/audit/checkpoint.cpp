// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/checkpoint.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/audit/tiles.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <mutex>
#include <unistd.h>
#include <vector>

namespace vtlt::audit {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kKeyName = "vtlt/";
constexpr std::string_view kTimeWord = "time ";
constexpr std::size_t kMaxNote = 1024;
constexpr std::string_view kNoteEnd = "\n\n";
/// Beyond any month: a checkpoint a minute, none of them longer than 300 bytes.
constexpr std::size_t kMaxMonth = std::size_t{64} << 20U;

[[noreturn]] void throw_bad_checkpoint()
{
    throw Error{Kind::corrupt, "audit.checkpoint"};
}

[[noreturn]] void throw_bad_key()
{
    throw Error{Kind::corrupt, "audit.key"};
}

/// A key's file is one line.
std::string read_key_line(const fs::path& path)
{
    if (!open_if_exists(path, O_RDONLY)) {
        throw_bad_key();
    }
    auto line = read_file(path, kMaxNote);
    if (!line.ends_with('\n')) {
        throw_bad_key();
    }
    line.pop_back();
    return line;
}

fs::path months(const Home& home)
{
    return home.audit() / "checkpoints";
}

std::string checkpoint_text(const std::string& origin, const Checkpoint& head, Instant at)
{
    const auto root = digest_from_hex(head.root);
    return origin + "\n" + std::to_string(head.size) + "\n" +
           base64_encode({reinterpret_cast<const char*>(root.data()), root.size()}) + "\n" + std::string{kTimeWord} +
           format_instant(at) + "\n";
}

/// The next line, without its end; throws where there is none.
std::string_view take_line(std::string_view& text)
{
    const auto end = text.find('\n');
    if (end == std::string_view::npos) {
        throw_bad_checkpoint();
    }
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

/// How much of a month's file is whole notes, each followed by an empty line: a crash may leave a part of one at its
/// end.
std::uint64_t whole_notes(int fd, std::uint64_t size, const fs::path& path)
{
    std::string tail(static_cast<std::size_t>(std::min<std::uint64_t>(size, 4 * kMaxNote)), '\0');
    const auto begin = size - tail.size();
    tail.resize(read_at(fd, tail.data(), tail.size(), begin, path.native()));
    for (auto end = tail.rfind(kNoteEnd); end != std::string::npos && end > 0; end = tail.rfind(kNoteEnd, end - 1)) {
        const auto line = tail.rfind('\n', end - 1);
        // An empty line also stands between text and signature.
        if (line != std::string::npos && std::string_view{tail}.substr(line + 1).starts_with("\xE2\x80\x94 ")) {
            return begin + end + kNoteEnd.size();
        }
    }
    return 0;
}

/// The files of the months, oldest first.
std::vector<fs::path> month_files(const Home& home)
{
    std::vector<fs::path> files;
    if (fs::exists(months(home))) {
        for (const auto& entry : fs::directory_iterator{months(home)}) {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    return files;
}

void append_note(const Home& home, Instant at, const std::string& note)
{
    if (!fs::exists(months(home))) {
        make_directory(months(home), 0700);
        sync_directory(home.audit());
    }
    const auto files = month_files(home);
    const auto path = months(home) / checkpoint_month(at, files.empty() ? "" : files.back().filename().native());
    const bool is_new = !fs::exists(path);
    const auto fd = open_file(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const auto size = static_cast<std::uint64_t>(::lseek(fd.get(), 0, SEEK_END));
    const auto whole = whole_notes(fd.get(), size, path);
    if (whole != size && ::ftruncate(fd.get(), static_cast<off_t>(whole)) != 0) {
        throw_errno("ftruncate", path.native());
    }
    if (::lseek(fd.get(), static_cast<off_t>(whole), SEEK_SET) < 0) {
        throw_errno("lseek", path.native());
    }
    write_all(fd.get(), note + "\n", path.native());
    sync_file(fd.get(), path.native());
    if (is_new) {
        sync_directory(months(home));
    }
}

/// Brings the tiles from `from` leaves to `head`; nullopt where they do not add up to its root.
std::optional<TileWriter> grow_tiles(const Home& home, db::ReadTx& tx, std::uint64_t from, const Checkpoint& head)
{
    TileWriter tiles{home.audit(), from};
    auto select = tx.prepare("SELECT leaf FROM audit_leaf WHERE seq > ?1 AND seq <= ?2 ORDER BY seq");
    select.bind(1, static_cast<std::int64_t>(from)).bind(2, static_cast<std::int64_t>(head.size));
    while (select.step()) {
        tiles.append(select.text(0));
    }
    tiles.finish();
    if (tiles.size() != head.size || to_hex(TileReader{home.audit(), head.size}.root(head.size)) != head.root) {
        return std::nullopt;
    }
    sync_file_system(home.audit());
    return tiles;
}

/// Tiles are derived: what is lost or does not add up is written anew from the catalogue.
TileWriter bring_up_tiles(const Home& home, db::ReadTx& tx, std::uint64_t from, const Checkpoint& head)
{
    try {
        if (auto tiles = grow_tiles(home, tx, from, head)) {
            return std::move(*tiles);
        }
    } catch (const Error& error) {
        if (error.code() != "audit.tile") {
            throw;
        }
    }
    fs::remove_all(home.audit() / "tile");
    auto tiles = grow_tiles(home, tx, 0, head);
    if (!tiles) {
        throw Error{Kind::corrupt, "audit.rewritten"};
    }
    return std::move(*tiles);
}

} // namespace

void make_audit_key(const Home& home, std::string_view archive)
{
    const auto signer = make_signer(std::string{kKeyName} + std::string{archive});
    write_file_atomically(home.keys() / "audit.key", signer.text() + "\n", 0400);
    write_file_atomically(home.audit() / "key", signer.verifier().text() + "\n", 0400);
}

NoteVerifier read_audit_key(const Home& home)
{
    return NoteVerifier::parse(read_key_line(home.audit() / "key"));
}

NoteSigner read_audit_signer(const Home& home)
{
    auto signer = NoteSigner::parse(read_key_line(home.keys() / "audit.key"));
    if (signer.verifier().text() != read_audit_key(home).text()) {
        throw_bad_key();
    }
    return signer;
}

std::string checkpoint_month(Instant at, const std::string& last)
{
    return std::max(format_instant(at).substr(0, 7), last);
}

SignedCheckpoint open_checkpoint(const NoteVerifier& key, std::string_view note)
{
    SignedCheckpoint checkpoint{.note = std::string{note}};
    std::string signed_text;
    try {
        signed_text = key.open(note);
    } catch (const Error&) {
        throw_bad_checkpoint();
    }
    std::string_view text{signed_text};
    take_line(text);
    const auto size = take_line(text);
    const auto root = base64_decode(take_line(text));
    const auto time = take_line(text);
    const auto read = std::from_chars(size.data(), size.data() + size.size(), checkpoint.head.size);
    const auto at = parse_instant(time.substr(std::min(kTimeWord.size(), time.size())));
    if (read.ptr != size.data() + size.size() || root.size() != sizeof(Digest) || !at) {
        throw_bad_checkpoint();
    }
    checkpoint.head.root = to_hex(root);
    checkpoint.at = *at;
    // Written anew and compared: there is one way to say it.
    if (checkpoint_text(key.name(), checkpoint.head, checkpoint.at) != signed_text) {
        throw_bad_checkpoint();
    }
    return checkpoint;
}

std::optional<SignedCheckpoint> read_checkpoint(const Home& home)
{
    const auto path = home.audit() / "checkpoint";
    if (!open_if_exists(path, O_RDONLY)) {
        return std::nullopt;
    }
    return open_checkpoint(read_audit_key(home), read_file(path, kMaxNote));
}

void read_checkpoints(const Home& home, const NoteVerifier& key,
                      const std::function<void(const SignedCheckpoint&)>& take)
{
    const auto files = month_files(home);
    for (const auto& file : files) {
        const auto notes = read_file(file, kMaxMonth);
        std::string_view rest{notes};
        while (!rest.empty()) {
            const auto text = rest.find(kNoteEnd);
            const auto end = text == std::string_view::npos ? text : rest.find(kNoteEnd, text + kNoteEnd.size());
            if (end == std::string_view::npos) {
                // The last of all may be what a crash left of one; any other is damage.
                if (file == files.back()) {
                    return;
                }
                throw_bad_checkpoint();
            }
            take(open_checkpoint(key, rest.substr(0, end + 1)));
            rest.remove_prefix(end + kNoteEnd.size());
        }
    }
}

bool write_checkpoint(const Home& home, db::Database& database, const Clock& clock)
{
    // The server's own every minute, and what a job or a command needs at once. A home has one process that writes.
    static std::mutex one_at_a_time;
    const std::lock_guard lock{one_at_a_time};
    const auto signer = read_audit_signer(home);
    const auto old = read_checkpoint(home);
    auto tx = database.read();
    const auto head = current_checkpoint(tx);
    if (old && old->head.size >= head.size) {
        return false;
    }
    auto tiles = bring_up_tiles(home, tx, old ? old->head.size : 0, head);
    const auto at = clock.now();
    const auto note = signer.sign(checkpoint_text(signer.verifier().name(), head, at));
    append_note(home, at, note);
    write_file_atomically(home.audit() / "checkpoint", note);
    tiles.remove_replaced();
    return true;
}

} // namespace vtlt::audit
