// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/second_factor.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/auth/totp.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/services/actors.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/sign_in.h>

#include "auth/seal.h"
#include "services/account_steps.h"
#include "services/code.h"
#include "services/grant_steps.h"
#include "services/second_factor_steps.h"
#include "services/setting.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

namespace vtlt::services {

namespace {

constexpr std::string_view kKeyFile = "second_factor.key";
constexpr std::string_view kDemand = "second_factor.demand";
constexpr std::string_view kEverybody = "everybody";
constexpr std::size_t kLongestKey = 1024;

/// What the secret of this person is bound to.
std::string bound_to(const Uid& account)
{
    return "second factor of " + account;
}

/// While it is being set up: who is signed in as this person elsewhere cannot open it.
std::string bound_to(const Uid& account, const Uid& session)
{
    return bound_to(account) + " in session " + session;
}

bool is_waiting(const std::optional<catalog::SecondFactor>& factor, Instant now)
{
    return factor && !factor->confirmed_at && now - factor->started_at < kSetUpPatience && factor->started_at <= now;
}

[[noreturn]] void refuse_key(const char* why)
{
    throw Error{Kind::corrupt, "second_factor.key", {{"why", why}}};
}

auth::SealKey read_key(const Home& home)
{
    const auto path = home.keys() / kKeyFile;
    const auto fd = open_if_exists(path, O_RDONLY);
    if (!fd) {
        refuse_key("missing");
    }
    struct stat status = {};
    if (::fstat(fd->get(), &status) != 0) {
        throw_errno("fstat", path.native());
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        refuse_key("mode");
    }
    auto line = read_file(path, kLongestKey);
    const auto key = line.ends_with('\n') ? auth::SealKey::parse(line.substr(0, line.size() - 1)) : std::nullopt;
    if (!key) {
        refuse_key("damaged");
    }
    return *key;
}

std::string opened_secret(const Home& home, const Uid& account, std::string_view sealed)
{
    auto secret = read_key(home).open(sealed, bound_to(account));
    if (!secret) {
        refuse_key("another");
    }
    return *std::move(secret);
}

/// New codes, and their digests in the order in which the history tells them.
struct RecoveryCodes
{
    std::vector<std::string> codes;
    std::vector<std::string> digests;
};

RecoveryCodes make_recovery_codes()
{
    RecoveryCodes made;
    for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
        made.codes.push_back(auth::make_recovery_code());
        made.digests.push_back(auth::recovery_code_digest(made.codes.back()));
    }
    std::ranges::sort(made.digests);
    return made;
}

std::string digest_of_all(const std::vector<std::string>& digests)
{
    std::string all;
    for (const auto& digest : digests) {
        all += digest;
    }
    return sha256_hex(all);
}

SecondFactorSecret secret_of(db::ReadTx& tx, const catalog::Account& account, std::string_view secret)
{
    return {.text = auth::totp_secret_text(secret),
            .uri = auth::totp_uri("VTLT " + catalog::root_unit(tx).title, account.name, secret)};
}

std::string demand_words(const SecondFactorDemand& demand)
{
    if (demand.of_everybody) {
        return std::string{kEverybody};
    }
    std::string words;
    for (const auto role : demand.roles) {
        words += (words.empty() ? "" : " ") + std::string{auth::role_name(role)};
    }
    return words;
}

/// A role that this build does not know is nobody's.
SecondFactorDemand read_demand(db::ReadTx& tx)
{
    const auto text = text_setting(tx, kDemand).value_or(std::string{});
    SecondFactorDemand demand{.of_everybody = text == kEverybody, .roles = {}};
    for (std::string_view rest{text}; !rest.empty();) {
        const auto end = std::min(rest.find(' '), rest.size());
        if (const auto role = auth::role_from_name(rest.substr(0, end))) {
            demand.roles.push_back(*role);
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return demand;
}

bool is_demanded_of(const SecondFactorDemand& demand, const auth::Actor& person)
{
    return demand.of_everybody || std::ranges::any_of(person.grants, [&](const auth::Grant& grant) {
               return std::ranges::find(demand.roles, grant.role) != demand.roles.end();
           });
}

} // namespace

// --- steps

bool lacks_second_factor(db::ReadTx& tx, const catalog::Account& account, const auth::Actor& actor)
{
    const auto demand = read_demand(tx);
    if (!is_demanded_of(demand, actor)) {
        return false;
    }
    const auto factor = catalog::find_second_factor(tx, account.id);
    return !factor || !factor->confirmed_at;
}

std::optional<TakenCode> take_code(const Home& home, db::WriteTx& tx, const catalog::Account& account,
                                   std::string_view typed, Instant now)
{
    const auto factor = catalog::find_second_factor(tx, account.id);
    if (!factor || !factor->confirmed_at) {
        return std::nullopt;
    }
    if (const auto code = auth::typed_totp_code(typed)) {
        const auto wait = wait_after(kDelayOfCode, factor->wrong_codes, factor->wrong_at, now);
        if (wait.count() > 0) {
            throw Error{Kind::busy, "sign_in.wait", {{"seconds", std::to_string(wait.count())}}};
        }
        const auto secret = opened_secret(home, account.uid, factor->sealed);
        const auto step = auth::find_totp_step(secret, *code, now, factor->last_step);
        if (step && catalog::take_step(tx, account.id, *step)) {
            return TakenCode{};
        }
        catalog::note_wrong_code(tx, account.id, now, now - kDelayOfCode.memory);
        return std::nullopt;
    }
    if (!catalog::take_recovery_code(tx, account.id, auth::recovery_code_digest(typed), now)) {
        return std::nullopt;
    }
    const auto left = catalog::count_recovery_codes(tx, account.id);
    return TakenCode{.recovery_codes_left = left,
                     .events = {{"second_factor.recovery_code_used", account.uid, {{"left", left}}}}};
}

std::optional<TurnedOn> turn_on(const Home& home, db::WriteTx& tx, const catalog::Account& account, const Uid& own,
                                std::string_view typed, Instant now)
{
    const auto factor = catalog::find_second_factor(tx, account.id);
    if (factor && factor->confirmed_at) {
        throw Error{Kind::conflict, "second_factor.on_already"};
    }
    const auto key = read_key(home);
    const auto secret =
        is_waiting(factor, now) ? key.open(factor->sealed, bound_to(account.uid, own)) : std::optional<std::string>{};
    if (!secret) {
        throw Error{Kind::conflict, "second_factor.not_started"};
    }
    const auto code = auth::typed_totp_code(typed);
    const auto step = code ? auth::find_totp_step(*secret, *code, now, factor->last_step) : std::nullopt;
    const auto sealed = key.seal(*secret, bound_to(account.uid));
    if (!step || !catalog::confirm_second_factor(tx, account.id, factor->sealed, sealed, now, *step)) {
        return std::nullopt;
    }
    auto made = make_recovery_codes();
    catalog::put_recovery_codes(tx, account.id, made.digests);
    return TurnedOn{.recovery_codes = std::move(made.codes),
                    .events = {{"second_factor.turned_on",
                                account.uid,
                                {{"factor", sha256_hex(sealed)}, {"codes", digest_of_all(made.digests)}}}}};
}

TurnedOn renew_recovery_codes(db::WriteTx& tx, const catalog::Account& account)
{
    auto made = make_recovery_codes();
    catalog::put_recovery_codes(tx, account.id, made.digests);
    return {.recovery_codes = std::move(made.codes),
            .events = {{"second_factor.recovery_codes_made", account.uid, {{"codes", digest_of_all(made.digests)}}}}};
}

// --- use cases

SecondFactorState second_factor_of(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who)
{
    const auto name = clean_text(who);
    auto tx = archive.database().read();
    const auto account = account_for(tx, actor, name, auth::Action::user_read);
    const auto factor = catalog::find_second_factor(tx, account.id);
    const auto person = actor_of(archive, tx, account, clock.today());
    return {.since = factor ? factor->confirmed_at : std::nullopt,
            .recovery_codes = catalog::count_recovery_codes(tx, account.id),
            .is_demanded = is_demanded_of(read_demand(tx), person)};
}

SecondFactorSecret start_second_factor(Archive& archive, const Clock& clock, const auth::Actor& actor, const Uid& own)
{
    auth::authorize(actor, auth::Action::account_use, {});
    const auto secret = auth::make_totp_secret();
    const auto key = read_key(archive.home());
    auto tx = archive.database().write();
    const auto account = catalog::get_account(tx, actor.name);
    if (!account.has_password && account.door == catalog::Door::password) {
        throw Error{Kind::conflict, "second_factor.no_password"};
    }
    if (!catalog::start_second_factor(tx, account.id, key.seal(secret, bound_to(account.uid, own)), clock.now())) {
        throw Error{Kind::conflict, "second_factor.on_already"};
    }
    auto told = secret_of(tx, account, secret);
    tx.commit(); // nothing is in force by it, and nothing of it in the history
    return told;
}

std::optional<SecondFactorSecret> started_second_factor(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                                        const Uid& own)
{
    auth::authorize(actor, auth::Action::account_use, {});
    auto tx = archive.database().read();
    const auto account = catalog::get_account(tx, actor.name);
    const auto factor = catalog::find_second_factor(tx, account.id);
    if (!is_waiting(factor, clock.now())) {
        return std::nullopt;
    }
    const auto secret = read_key(archive.home()).open(factor->sealed, bound_to(account.uid, own));
    return secret ? std::optional{secret_of(tx, account, *secret)} : std::nullopt; // another session's is none here
}

void remove_second_factor(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who)
{
    const auto name = clean_text(who);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    const auto account = visible_account(tx, actor, name);
    authorize_holder(archive, tx, clock, actor, account);
    if (account.uid == actor.name) {
        throw Error{Kind::forbidden, "second_factor.own"}; // with password and code, on his own page
    }
    if (!catalog::delete_second_factor(tx, account.id)) {
        throw Error{Kind::conflict, "second_factor.off_already", {{"account", account.name}}};
    }
    std::vector<audit::Event> events{{"second_factor.removed", account.uid}};
    std::ranges::move(end_all_sessions(tx, account, "second_factor"), std::back_inserter(events));
    audit::record_events(tx, clock, actor, events);
    tx.commit();
}

SecondFactorDemand second_factor_demand(Archive& archive, const auth::Actor& actor)
{
    auth::authorize(actor, auth::Action::archive_administer, {});
    auto tx = archive.database().read();
    return read_demand(tx);
}

void demand_second_factor(Archive& archive, const Clock& clock, const auth::Actor& actor,
                          const SecondFactorDemand& demand)
{
    auth::authorize(actor, auth::Action::archive_administer, {});
    auto clean = demand;
    std::ranges::sort(clean.roles);
    const auto same = std::ranges::unique(clean.roles);
    clean.roles.erase(same.begin(), same.end());
    if (clean.of_everybody) {
        clean.roles.clear();
    }
    auto tx = archive.database().write();
    if (read_demand(tx) == clean) {
        return;
    }
    const auto words = demand_words(clean);
    put_setting(tx, kDemand, words);
    audit::record_event(tx, clock, actor, {"second_factor.demanded", "second_factor", {{"of", words}}});
    tx.commit();
}

// --- the key

void make_second_factor_key(const Home& home)
{
    write_file_atomically(home.keys() / kKeyFile, auth::SealKey::make().text() + "\n", 0400);
}

void complete_second_factor_key(const Home& home, db::Database& database)
{
    if (open_if_exists(home.keys() / kKeyFile, O_RDONLY)) {
        return;
    }
    auto tx = database.read();
    // A new key would open nothing that was closed with the lost one, and hide that it is lost.
    if (!tx.prepare("SELECT 1 FROM second_factor LIMIT 1").step()) {
        make_second_factor_key(home);
    }
}

std::vector<SealFault> check_second_factors(Archive& archive)
{
    const auto path = "keys/" + std::string{kKeyFile};
    std::vector<SealFault> faults;
    std::optional<auth::SealKey> key;
    try {
        key = read_key(archive.home());
    } catch (const Error& error) {
        if (error.code() != "second_factor.key") {
            throw;
        }
        const auto& why = error.fields().front().second;
        return {{.kind = why == "missing" ? "missing" : "changed", .path = path, .account = {}, .found = why}};
    }
    auto tx = archive.database().read();
    auto rows = tx.prepare(R"sql(
        SELECT account.uid, second_factor.secret
          FROM second_factor
          JOIN account ON account.id = second_factor.account_id
         WHERE second_factor.confirmed_at IS NOT NULL
         ORDER BY account.id
    )sql");
    while (rows.step()) {
        if (!key->open(rows.bytes(1), bound_to(rows.text(0)))) {
            faults.push_back({.kind = "changed", .path = path, .account = rows.text(0), .found = "does not open"});
        }
    }
    return faults;
}

} // namespace vtlt::services
