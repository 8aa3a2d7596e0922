// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/signed_note.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/home.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::db {
class Database;
}

/// What the history was at a time, signed: C2SP tlog-checkpoint with one line more, the time. See docs/format.md,
/// "Audit".
///
///     audit/key            who may be believed
///     audit/checkpoint     the newest
///     audit/checkpoints/   every one, a file for each month, one after another
///     keys/audit.key       the secret half
namespace vtlt::audit {

/// The tree at a size.
struct Checkpoint
{
    std::uint64_t size = 0;
    std::string root; ///< hex
};

struct SignedCheckpoint
{
    Checkpoint head;
    Instant at{};     ///< when it was signed
    std::string note; ///< as it was written
};

/// The pair of keys of a new home; its name is "vtlt/" and the archive's uid.
void make_audit_key(const Home& home, std::string_view archive);
/// Throws corrupt `audit.key` when it is missing or damaged.
NoteVerifier read_audit_key(const Home& home);
/// Throws corrupt `audit.key` also when the secret half belongs to another public one.
NoteSigner read_audit_signer(const Home& home);

/// The name of its month's file: YYYY-MM, and never before the last there is, whatever a clock was set back to.
std::string checkpoint_month(Instant at, const std::string& last);

/// Throws corrupt `audit.checkpoint`.
SignedCheckpoint open_checkpoint(const NoteVerifier& key, std::string_view note);

/// nullopt when none was written yet, or it was taken away. Throws corrupt `audit.checkpoint`, `audit.key`.
std::optional<SignedCheckpoint> read_checkpoint(const Home& home);
/// Every one that was written, oldest first, in constant memory. Throws as above; `month` names the file then.
void read_checkpoints(const Home& home, const NoteVerifier& key,
                      const std::function<void(const SignedCheckpoint&)>& take);

/// Where the history grew since the newest checkpoint: brings the tiles up to it, then signs and writes a new one, in
/// this order, each durable before the next. Never signs what its own tiles do not add up to: corrupt
/// `audit.rewritten`. By the home's writer, from any thread: they wait for each other. True when one was written.
bool write_checkpoint(const Home& home, db::Database& database, const Clock& clock);

} // namespace vtlt::audit
