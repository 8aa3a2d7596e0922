// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/sign_in.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/auth/password.h>
#include <vtlt/core/auth/secret.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/account_certificate.h>
#include <vtlt/core/services/actors.h>

#include "services/account_steps.h"
#include "services/second_factor_steps.h"

#include <algorithm>

namespace vtlt::services {

namespace {

constexpr std::size_t kLongestName = 400;
constexpr std::size_t kLongestAddress = 100;
/// Whoever has more addresses than these is held by the delays of the names.
constexpr std::size_t kMostAddresses = 10'000;
/// Halves of sign-ins that wait for a code; beyond, the oldest goes.
constexpr std::size_t kMostHalves = 1'000;
/// What was refused, as the history tells it; of a password nothing.
constexpr const char* kPassword = nullptr;
constexpr const char* kCode = "code";
constexpr const char* kDirectory = "directory";
constexpr const char* kCertificate = "certificate";

/// What was typed, as far as it can be anybody's name; else nobody's.
std::string possible_name(std::string_view typed)
{
    return typed.size() <= kLongestName && text::is_utf8(typed) ? text::to_nfc(typed) : std::string{};
}

std::string clean_address(std::string_view address)
{
    return text::one_line(text::repair_utf8(address.substr(0, kLongestAddress)));
}

int bucket_of(const std::string& name)
{
    const auto digest = sha256(catalog::account_key(name));
    return digest[0] * 256 + digest[1];
}

bool is_forgotten(const SignInDelay& delay, Instant last_failed_at, Instant now)
{
    return now - last_failed_at >= delay.memory;
}

/// As take_code; throws where there is nothing to turn off.
std::optional<TakenCode> take_code_of_own(const Home& home, db::WriteTx& tx, const catalog::Account& account,
                                          std::string_view code, Instant now)
{
    const auto factor = catalog::find_second_factor(tx, account.id);
    if (!factor || !factor->confirmed_at) {
        throw Error{Kind::conflict, "second_factor.off_already", {{"account", account.name}}};
    }
    return take_code(home, tx, account, code, now);
}

void require_unchanged(db::ReadTx& tx, const catalog::Account& account, const std::string& hash)
{
    if (catalog::password_hash(tx, account.id) != hash || catalog::get_account(tx, account.id).door != account.door) {
        throw Error{Kind::conflict, "account.changed_meanwhile", {{"account", account.name}}};
    }
}

} // namespace

std::chrono::seconds wait_after(const SignInDelay& delay, int failures, Instant last_failed_at, Instant now)
{
    using namespace std::chrono;
    if (failures < delay.free_tries || is_forgotten(delay, last_failed_at, now)) {
        return seconds{0};
    }
    constexpr int most_doublings = 16;
    const auto full =
        std::min(seconds{1} * (1 << std::min(failures - delay.free_tries, most_doublings)), delay.longest);
    // Never longer than that, also when the clock was put back.
    return std::clamp(ceil<seconds>(last_failed_at + full - now), seconds{0}, full);
}

/// Counts as refused from its start until it turns out otherwise: a hundred tries at once are not a hundred free ones.
class SignInDesk::Try
{
public:
    Try(SignInDesk& desk, int bucket, std::string address)
        : desk_(desk), bucket_(bucket), address_(std::move(address)), at_(desk.clock_.now())
    {
        const std::lock_guard lock{desk_.mutex_};
        auto& name = desk_.names_[bucket_];
        if (is_forgotten(kDelayOfName, name.last_at, at_)) {
            name = {};
        }
        const auto by_address = desk_.addresses_.find(address_);
        const auto of_address = by_address != desk_.addresses_.end() ? by_address->second : Failures{};
        const auto wait = std::max(wait_after(kDelayOfName, name.count, name.last_at, at_),
                                   wait_after(kDelayOfAddress, of_address.count, of_address.last_at, at_));
        if (wait.count() > 0) {
            throw Error{Kind::busy, "sign_in.wait", {{"seconds", std::to_string(wait.count())}}};
        }
        before_ = name.last_at;
        name = {name.count + 1, at_};
    }
    Try(const Try&) = delete;
    Try& operator=(const Try&) = delete;

    /// Neither let in nor refused: half of a sign-in, too many at once, a full disk. It was not, and nobody has to wait
    /// for it.
    ~Try()
    {
        if (!is_decided_) {
            const std::lock_guard lock{desk_.mutex_};
            auto& name = desk_.names_[bucket_];
            name.count = std::max(0, name.count - 1);
            name.last_at = name.last_at == at_ ? before_ : name.last_at;
        }
    }

    void let_in()
    {
        is_decided_ = true;
        const std::lock_guard lock{desk_.mutex_};
        desk_.names_.erase(bucket_);
    }

    /// A refused one of the name alone: an office behind one address cannot help it that its directory is silent.
    void unanswered() { is_decided_ = true; }

    void refused()
    {
        is_decided_ = true;
        const std::lock_guard lock{desk_.mutex_};
        auto& addresses = desk_.addresses_;
        if (addresses.size() >= kMostAddresses) {
            std::erase_if(addresses,
                          [&](const auto& entry) { return is_forgotten(kDelayOfAddress, entry.second.last_at, at_); });
        }
        const auto known = addresses.find(address_);
        if (known != addresses.end() && !is_forgotten(kDelayOfAddress, known->second.last_at, at_)) {
            known->second = {known->second.count + 1, at_};
        } else if (known != addresses.end() || addresses.size() < kMostAddresses) {
            addresses[address_] = {1, at_};
        }
    }

    Failures failures() const
    {
        const std::lock_guard lock{desk_.mutex_};
        return desk_.names_[bucket_];
    }

    int bucket() const { return bucket_; }
    const std::string& address() const { return address_; }

private:
    SignInDesk& desk_;
    int bucket_;
    std::string address_;
    Instant at_;
    Instant before_;
    bool is_decided_ = false;
};

struct SignInDesk::Found
{
    std::optional<catalog::Account> account;
    std::string hash; ///< empty: nobody, or without a password
    bool has_second_factor = false;
};

SignInDesk::SignInDesk(Archive& archive, const Clock& clock) : archive_(archive), clock_(clock)
{
    auto tx = archive_.database().read();
    auto select = tx.prepare("SELECT bucket, failures, last_failed_at FROM sign_in_failure WHERE last_failed_at > ?1");
    select.bind(1, clock_.now() - kDelayOfName.memory);
    while (select.step()) {
        names_[static_cast<int>(select.integer(0))] = {static_cast<int>(select.integer(1)), select.instant(2)};
    }
    if (archive_.config().ldap) {
        directory_.emplace(*archive_.config().ldap);
    }
}

std::variant<OpenedSession, CodeAsked> SignInDesk::sign_in(std::string_view name, std::string_view password,
                                                           std::string_view address)
{
    const auto typed = possible_name(name);
    Try attempt{*this, bucket_of(typed), clean_address(address)};
    const auto found = look_up(typed);
    const auto verdict = judge(found, password);
    std::optional<OpenedSession> opened;
    if (verdict == Verdict::right) {
        const bool is_old = !found.hash.empty() && auth::needs_rehash(found.hash);
        Half half{.account = found.account->uid,
                  .door = found.account->door,
                  .hash = found.hash,
                  .renewed = is_old ? auth::hash_password(password) : std::string{},
                  .at = clock_.now()};
        if (found.has_second_factor) {
            return keep_half(std::move(half));
        }
        opened = open(half, std::nullopt, attempt);
    }
    if (!opened) {
        refuse(found, attempt, verdict, "sign_in.refused");
    }
    attempt.let_in();
    return *std::move(opened);
}

OpenedSession SignInDesk::sign_in_with_code(std::string_view secret, std::string_view code, std::string_view address)
{
    const auto half = find_half(secret);
    if (!half) {
        throw Error{Kind::not_found, "sign_in.too_late"};
    }
    Found found;
    {
        auto tx = archive_.database().read();
        found.account = catalog::get_account(tx, half->account);
    }
    Try attempt{*this, bucket_of(found.account->name), clean_address(address)};
    auto opened = open(*half, std::string{code}, attempt);
    if (!opened) {
        attempt.refused();
        keep_failure(found, attempt, kCode);
        throw Error{Kind::invalid, "sign_in.code_refused"};
    }
    attempt.let_in();
    const std::lock_guard lock{mutex_};
    halves_.erase(auth::secret_digest(secret));
    return *std::move(opened);
}

OpenedSession SignInDesk::sign_in_with_certificate(std::string_view digest, bool is_trusted, std::string_view address)
{
    const std::string shown{digest};
    // No name is typed; a blank is in none.
    Try attempt{*this, bucket_of("certificate " + shown), clean_address(address)};
    Found found;
    {
        auto tx = archive_.database().read();
        if (const auto bound = catalog::find_certificate(tx, shown)) {
            found.account = catalog::get_account(tx, bound->account);
        }
    }
    const bool is_person = is_trusted && found.account && !found.account->disabled;
    auto opened = is_person ? open_by_certificate(shown, attempt) : std::nullopt;
    if (!opened) {
        attempt.refused();
        keep_failure(found, attempt, kCertificate);
        throw Error{Kind::invalid, "sign_in.certificate_refused"};
    }
    attempt.let_in();
    return *std::move(opened);
}

bool SignInDesk::is_code_asked(std::string_view secret)
{
    return find_half(secret).has_value();
}

CodeAsked SignInDesk::keep_half(Half half)
{
    auto secret = auth::make_session_secret();
    const std::lock_guard lock{mutex_};
    std::erase_if(halves_, [&](const auto& one) { return half.at - one.second.at >= kCodePatience; });
    if (halves_.size() >= kMostHalves) {
        halves_.erase(std::ranges::min_element(halves_, {}, [](const auto& one) { return one.second.at; }));
    }
    halves_.insert_or_assign(auth::secret_digest(secret), std::move(half));
    return {.secret = std::move(secret)};
}

std::optional<SignInDesk::Half> SignInDesk::find_half(std::string_view secret)
{
    const auto now = clock_.now();
    const std::lock_guard lock{mutex_};
    const auto found = halves_.find(auth::secret_digest(secret));
    // Neither does a clock that was put back prolong it.
    const bool is_waiting =
        found != halves_.end() && now - found->second.at < kCodePatience && found->second.at - now < kCodePatience;
    return is_waiting ? std::optional{found->second} : std::nullopt;
}

void SignInDesk::change_password(const auth::Actor& actor, std::string_view old_password, std::string_view password,
                                 std::string_view address)
{
    const auto found = look_up_own(actor);
    if (found.account->door != catalog::Door::password) {
        throw Error{Kind::conflict, "password.in_directory"};
    }
    auth::check_password(password, found.account->name);
    Try attempt{*this, bucket_of(found.account->name), clean_address(address)};
    if (!auth::verify_password(found.hash, old_password)) {
        refuse(found, attempt, Verdict::wrong, "password.wrong");
    }
    const auto hash = auth::hash_password(password);
    auto tx = archive_.database().write();
    require_unchanged(tx, *found.account, found.hash);
    audit::record_events(tx, clock_, actor, put_password(tx, *found.account, hash));
    tx.commit();
    attempt.let_in();
}

/// `work` in a transaction, once the password was right: what it answers, or nullopt where the code was wrong.
template <class Work>
auto SignInDesk::with_own_password(const auth::Actor& actor, std::string_view password, std::string_view address,
                                   const Work& work)
{
    const auto found = look_up_own(actor);
    Try attempt{*this, bucket_of(found.account->name), clean_address(address)};
    if (const auto verdict = judge(found, password); verdict != Verdict::right) {
        refuse(found, attempt, verdict, "password.wrong");
    }
    const auto done = [&] {
        auto tx = archive_.database().write();
        require_unchanged(tx, *found.account, found.hash);
        auto result = work(tx, *found.account);
        tx.commit(); // also that a code was wrong
        return result;
    }();
    if (!done) {
        attempt.refused();
        keep_failure(found, attempt, kCode);
        throw Error{Kind::invalid, "second_factor.wrong_code"};
    }
    attempt.let_in();
    return *done;
}

std::vector<std::string> SignInDesk::turn_on_second_factor(const auth::Actor& actor, const Uid& own,
                                                           std::string_view password, std::string_view code,
                                                           std::string_view address)
{
    return with_own_password(
        actor, password, address,
        [&](db::WriteTx& tx, const catalog::Account& account) -> std::optional<std::vector<std::string>> {
            auto on = turn_on(archive_.home(), tx, account, own, code, clock_.now());
            if (!on) {
                return std::nullopt;
            }
            // Who signed in with the password alone may have been another.
            std::ranges::move(end_other_sessions(tx, account, own, "second_factor"), std::back_inserter(on->events));
            audit::record_events(tx, clock_, actor, on->events);
            return std::move(on->recovery_codes);
        });
}

std::vector<std::string> SignInDesk::renew_recovery_codes(const auth::Actor& actor, std::string_view password,
                                                          std::string_view code, std::string_view address)
{
    return with_own_password(
        actor, password, address,
        [&](db::WriteTx& tx, const catalog::Account& account) -> std::optional<std::vector<std::string>> {
            auto taken = take_code_of_own(archive_.home(), tx, account, code, clock_.now());
            if (!taken) {
                return std::nullopt;
            }
            auto renewed = services::renew_recovery_codes(tx, account);
            std::ranges::move(renewed.events, std::back_inserter(taken->events));
            audit::record_events(tx, clock_, actor, taken->events);
            return std::move(renewed.recovery_codes);
        });
}

void SignInDesk::turn_off_second_factor(const auth::Actor& actor, std::string_view password, std::string_view code,
                                        std::string_view address)
{
    with_own_password(actor, password, address,
                      [&](db::WriteTx& tx, const catalog::Account& account) -> std::optional<bool> {
                          auto taken = take_code_of_own(archive_.home(), tx, account, code, clock_.now());
                          if (!taken) {
                              return std::nullopt;
                          }
                          catalog::delete_second_factor(tx, account.id);
                          taken->events.push_back({"second_factor.turned_off", account.uid});
                          audit::record_events(tx, clock_, actor, taken->events);
                          return true;
                      });
}

SignInDesk::Found SignInDesk::look_up_own(const auth::Actor& actor)
{
    auth::authorize(actor, auth::Action::account_use, {});
    auto tx = archive_.database().read();
    auto account = catalog::get_account(tx, actor.name);
    auto hash = catalog::password_hash(tx, account.id);
    return {.account = std::move(account), .hash = std::move(hash)};
}

/// Whoever is not let in costs the same: a password is computed and the directory asked, for nobody where need be. Who
/// has a password here does not depend on the directory.
SignInDesk::Verdict SignInDesk::judge(const Found& found, std::string_view password)
{
    const bool is_person = found.account && !found.account->disabled;
    if (auth::verify_password(found.hash, password) && is_person) {
        return Verdict::right;
    }
    if (!directory_) {
        return Verdict::wrong;
    }
    const bool is_of_directory = is_person && found.account->door == catalog::Door::ldap;
    return directory_->ask(is_of_directory ? std::optional{found.account->name} : std::nullopt, password);
}

/// The same whoever it was: while the directory is silent a wrong password here is told like a name that nobody has.
void SignInDesk::refuse(const Found& found, Try& attempt, Verdict verdict, const char* code)
{
    if (verdict == Verdict::silent) {
        attempt.unanswered();
        keep_failure(found, attempt, kDirectory);
        throw Error{Kind::busy, "sign_in.directory_silent"};
    }
    attempt.refused();
    keep_failure(found, attempt, kPassword);
    throw Error{Kind::invalid, code};
}

/// The same statements whether somebody has this name or not.
SignInDesk::Found SignInDesk::look_up(const std::string& name)
{
    auto tx = archive_.database().read();
    auto account = catalog::find_account(tx, name);
    // By name alone: a uid would have a delay of its own.
    if (account && catalog::account_key(account->name) != catalog::account_key(name)) {
        account.reset();
    }
    const auto id = account ? account->id : AccountId{};
    auto hash = catalog::password_hash(tx, id);
    const auto factor = catalog::find_second_factor(tx, id);
    return {
        .account = std::move(account), .hash = std::move(hash), .has_second_factor = factor && factor->confirmed_at};
}

/// What a session is opened with.
struct SignInDesk::Opening
{
    catalog::Account account;
    std::string door = {};        ///< in the history; empty: a password of this archive
    std::string certificate = {}; ///< digest in hex
    std::vector<audit::Event> events = {};
    std::optional<std::int64_t> recovery_codes_left = std::nullopt;
};

/// Without `code` the password was enough; with it the code is taken in the same transaction.
std::optional<OpenedSession> SignInDesk::open(const Half& half, const std::optional<std::string>& code,
                                              const Try& attempt)
{
    auto tx = archive_.database().write();
    auto account = catalog::get_account(tx, half.account);
    // Disabled, another password or another door, while this one was being asked for.
    if (account.disabled || account.door != half.door || catalog::password_hash(tx, account.id) != half.hash) {
        return std::nullopt;
    }
    const auto now = clock_.now();
    const auto factor = catalog::find_second_factor(tx, account.id);
    if (const bool is_on = factor && factor->confirmed_at; is_on != code.has_value()) {
        return std::nullopt; // turned on or off meanwhile
    }
    auto taken = code ? take_code(archive_.home(), tx, account, *code, now) : TakenCode{};
    if (!taken) {
        tx.commit(); // that the code was wrong: of many at once no other is looked at without it
        return std::nullopt;
    }
    auto events = std::move(taken->events);
    if (!half.renewed.empty()) {
        catalog::set_password_hash(tx, account.id, half.renewed);
        events.push_back({"user.password_renewed", account.uid, {{"password", sha256_hex(half.renewed)}}});
    }
    auto opened = put_session(
        tx,
        {.account = std::move(account),
         .door = half.door == catalog::Door::password ? std::string{} : std::string{catalog::door_name(half.door)},
         .events = std::move(events),
         .recovery_codes_left = taken->recovery_codes_left},
        attempt);
    tx.commit();
    return opened;
}

std::optional<OpenedSession> SignInDesk::open_by_certificate(const std::string& digest, const Try& attempt)
{
    auto tx = archive_.database().write();
    const auto bound = catalog::find_certificate(tx, digest);
    if (!bound) {
        return std::nullopt;
    }
    auto account = catalog::get_account(tx, bound->account);
    if (account.disabled) {
        return std::nullopt;
    }
    auto opened = put_session(
        tx, {.account = std::move(account), .door = std::string{kCertificate}, .certificate = digest}, attempt);
    tx.commit();
    return opened;
}

/// In the caller's transaction: the session, its event after those of `opening`, and no more refused tries.
OpenedSession SignInDesk::put_session(db::WriteTx& tx, const Opening& opening, const Try& attempt)
{
    const auto now = clock_.now();
    const auto& account = opening.account;
    OpenedSession opened{.secret = auth::make_session_secret(),
                         .csrf_token = {},
                         .session = {.uid = make_uid(),
                                     .account = account.id,
                                     .opened_at = now,
                                     .last_seen_at = now,
                                     .address = attempt.address(),
                                     .previous = account.last,
                                     .certificate = opening.certificate},
                         .account = account,
                         .actor = actor_of(archive_, tx, account, clock_.today()),
                         .recovery_codes_left = opening.recovery_codes_left};
    opened.csrf_token = auth::csrf_token(opened.secret);
    catalog::insert_session(tx, opened.session, auth::secret_digest(opened.secret));
    catalog::note_sign_in(tx, account.id, now, attempt.address());
    tx.prepare("DELETE FROM sign_in_failure WHERE bucket = ?1").bind(1, attempt.bucket()).run();
    SortedJson detail{{"account", account.uid}, {"address", attempt.address()}};
    for (const auto& [name, value] : {std::pair{"door", opening.door}, {"certificate", opening.certificate}}) {
        if (!value.empty()) {
            detail[name] = value;
        }
    }
    auto events = opening.events;
    events.push_back({"session.opened", opened.session.uid, std::move(detail)});
    audit::record_events(tx, clock_, opened.actor, events);
    opened.account.last = {.at = now, .address = attempt.address(), .failures = 0};
    return opened;
}

/// The same statements whether somebody has this name or not; the name typed is kept nowhere.
void SignInDesk::keep_failure(const Found& found, const Try& attempt, const char* what)
{
    const auto failures = attempt.failures();
    auto tx = archive_.database().write();
    tx.prepare(R"sql(
        INSERT INTO sign_in_failure (bucket, failures, last_failed_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (bucket) DO UPDATE SET failures = excluded.failures, last_failed_at = excluded.last_failed_at
    )sql")
        .bind(1, attempt.bucket())
        .bind(2, failures.count)
        .bind(3, failures.last_at)
        .run();
    catalog::note_sign_in_failure(tx, found.account ? found.account->id : AccountId{});
    SortedJson detail{{"address", attempt.address()}};
    if (what != nullptr) {
        detail["wrong"] = what;
    }
    audit::record_event(tx, clock_, auth::nobody(),
                        {"sign_in.failed", found.account ? found.account->uid : Uid{"sign_in"}, detail});
    tx.commit();
}

} // namespace vtlt::services
