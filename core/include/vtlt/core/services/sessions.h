// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/session.h>
#include <vtlt/core/services/archive.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Sessions of browsers. They end by sign-out, change of password, role, clearance or unit, disabling (each at once, in
/// the same transaction), and by time: Config::session_idle without a request, Config::session_longest in any case.
namespace vtlt::services {

struct SignedIn
{
    catalog::Session session;
    catalog::Account account;
    auth::Actor actor;
    bool lacks_second_factor = false; ///< he must set one up: until then the actor may use his account and nothing else
};

/// Who holds this secret; nullopt when nobody does any more. One indexed read, no cache: about 10 µs, and an ended
/// session can never be served. `certificate`: digest of a trusted one that came with the connection; a session that
/// was opened with a certificate is nobody's without that one.
std::optional<SignedIn> find_session(Archive& archive, const Clock& clock, std::string_view secret,
                                     std::string_view certificate = {});

/// Signs out: the actor's own session, else (user.administer) anybody's. A session that is gone is no error; one of
/// somebody else is not_found `session.not_found`.
void end_session(Archive& archive, const Clock& clock, const auth::Actor& actor, const Uid& session);
/// Of the actor, the newest first, without those that ended by time.
std::vector<catalog::Session> list_own_sessions(Archive& archive, const Clock& clock, const auth::Actor& actor);

/// Removes the rows of sessions that ended by time; how many. Their end is no event: `session.opened` tells when it has
/// to be at the latest. For the scheduler.
std::int64_t sweep_sessions(Archive& archive, const Clock& clock);

/// Remembers who was seen, so that no request has to write. `note` is for every request, from any thread: one map
/// entry. `flush` writes what is a minute old or more, in one transaction; for a background thread, every minute or so.
class SessionActivity
{
public:
    SessionActivity(Archive& archive, const Clock& clock) : archive_(archive), clock_(clock) {}
    void note(const catalog::Session& session);
    /// How many sessions were written.
    std::int64_t flush();

private:
    Archive& archive_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<Uid, Instant> seen_; // guarded by mutex_
};

} // namespace vtlt::services
