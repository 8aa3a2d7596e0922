// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/sessions.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/auth/secret.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/actors.h>

#include "services/second_factor_steps.h"

namespace vtlt::services {

namespace {

constexpr std::chrono::minutes kTouchStep{1};

bool is_over(const Config& config, const catalog::Session& session, Instant now)
{
    // A clock that was put back must not prolong: what was opened in the future is over too.
    return now - session.last_seen_at >= config.session_idle || now - session.opened_at >= config.session_longest ||
           session.opened_at - now > kTouchStep;
}

} // namespace

std::optional<SignedIn> find_session(Archive& archive, const Clock& clock, std::string_view secret,
                                     std::string_view certificate)
{
    auto tx = archive.database().read();
    auto found = catalog::find_session(tx, auth::secret_digest(secret));
    if (!found || found->account.disabled || is_over(archive.config(), found->session, clock.now())) {
        return std::nullopt;
    }
    const auto& bound = found->session.certificate;
    if (!bound.empty() && bound != certificate) {
        return std::nullopt;
    }
    auto actor = actor_of(archive, tx, found->account, clock.today());
    // A card and its PIN are two factors already.
    const bool lacks = bound.empty() && lacks_second_factor(tx, found->account, actor);
    if (lacks) {
        actor.scopes = {};
        actor.scopes.add(auth::Scope::account);
    }
    return SignedIn{std::move(found->session), std::move(found->account), std::move(actor), lacks};
}

void end_session(Archive& archive, const Clock& clock, const auth::Actor& actor, const Uid& session)
{
    auth::authorize(actor, auth::Action::account_use, {});
    auto tx = archive.database().write();
    const auto account = catalog::owner_of_session(tx, session);
    if (account.empty()) {
        return;
    }
    const auto may_administer = [&] {
        const auto owner = catalog::get_account(tx, account);
        return auth::is_allowed(actor, auth::Action::user_administer, {.secrecy = owner.clearance, .unit = owner.unit});
    };
    if (account != actor.name && !may_administer()) {
        throw Error{Kind::not_found, "session.not_found"};
    }
    catalog::delete_session(tx, session);
    audit::record_event(tx, clock, actor, {"session.ended", session, {{"account", account}, {"why", "sign_out"}}});
    tx.commit();
}

std::vector<catalog::Session> list_own_sessions(Archive& archive, const Clock& clock, const auth::Actor& actor)
{
    auth::authorize(actor, auth::Action::account_use, {});
    auto tx = archive.database().read();
    auto sessions = catalog::list_sessions(tx, catalog::get_account(tx, actor.name).id);
    std::erase_if(sessions,
                  [&](const catalog::Session& session) { return is_over(archive.config(), session, clock.now()); });
    return sessions;
}

std::int64_t sweep_sessions(Archive& archive, const Clock& clock)
{
    const auto now = clock.now();
    auto tx = archive.database().write();
    const auto removed = tx.prepare("DELETE FROM session WHERE last_seen_at <= ?1 OR opened_at <= ?2")
                             .bind(1, now - archive.config().session_idle)
                             .bind(2, now - archive.config().session_longest)
                             .run();
    tx.commit();
    return removed;
}

void SessionActivity::note(const catalog::Session& session)
{
    const auto now = clock_.now();
    if (now - session.last_seen_at < kTouchStep) {
        return;
    }
    const std::lock_guard lock{mutex_};
    seen_[session.uid] = now;
}

std::int64_t SessionActivity::flush()
{
    std::map<Uid, Instant> seen;
    {
        const std::lock_guard lock{mutex_};
        seen.swap(seen_);
    }
    if (seen.empty()) {
        return 0;
    }
    auto tx = archive_.database().write();
    auto update = tx.prepare("UPDATE session SET last_seen_at = ?2 WHERE uid = ?1 AND last_seen_at < ?2");
    std::int64_t written = 0;
    for (const auto& [uid, at] : seen) {
        written += update.bind(1, uid).bind(2, at).run();
    }
    tx.commit();
    return written;
}

} // namespace vtlt::services
