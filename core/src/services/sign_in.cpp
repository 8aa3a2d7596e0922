// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/sign_in.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/auth/password.h>
#include <vtlt/core/auth/secret.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include "services/account_steps.h"

#include <algorithm>

namespace vtlt::services {

namespace {

constexpr std::size_t kLongestName = 400;
constexpr std::size_t kLongestAddress = 100;
/// Whoever has more addresses than these is held by the delays of the names.
constexpr std::size_t kMostAddresses = 10'000;

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
        name = {name.count + 1, at_};
    }
    Try(const Try&) = delete;
    Try& operator=(const Try&) = delete;

    /// Neither let in nor refused: too many at once, a full disk.
    ~Try()
    {
        if (!is_decided_) {
            const std::lock_guard lock{desk_.mutex_};
            auto& name = desk_.names_[bucket_];
            name.count = std::max(0, name.count - 1);
        }
    }

    void let_in()
    {
        is_decided_ = true;
        const std::lock_guard lock{desk_.mutex_};
        desk_.names_.erase(bucket_);
    }

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
    bool is_decided_ = false;
};

struct SignInDesk::Found
{
    std::optional<catalog::Account> account;
    std::string hash; ///< empty: nobody, or without a password
};

SignInDesk::SignInDesk(Archive& archive, const Clock& clock) : archive_(archive), clock_(clock)
{
    auto tx = archive_.database().read();
    auto select = tx.prepare("SELECT bucket, failures, last_failed_at FROM sign_in_failure WHERE last_failed_at > ?1");
    select.bind(1, clock_.now() - kDelayOfName.memory);
    while (select.step()) {
        names_[static_cast<int>(select.integer(0))] = {static_cast<int>(select.integer(1)), select.instant(2)};
    }
}

OpenedSession SignInDesk::sign_in(std::string_view name, std::string_view password, std::string_view address)
{
    const auto typed = possible_name(name);
    Try attempt{*this, bucket_of(typed), clean_address(address)};
    const auto found = look_up(typed);
    const bool is_right = auth::verify_password(found.hash, password);
    auto opened = is_right && !found.account->disabled ? open(found, password, attempt) : std::nullopt;
    if (!opened) {
        attempt.refused();
        keep_failure(found, attempt);
        throw Error{Kind::invalid, "sign_in.refused"};
    }
    attempt.let_in();
    return *std::move(opened);
}

void SignInDesk::change_password(const auth::Actor& actor, std::string_view old_password, std::string_view password,
                                 std::string_view address)
{
    auth::authorize(actor, auth::Action::account_use, {});
    Found found;
    {
        auto tx = archive_.database().read();
        found.account = catalog::get_account(tx, actor.name);
        found.hash = catalog::password_hash(tx, found.account->id);
    }
    auth::check_password(password, found.account->name);
    Try attempt{*this, bucket_of(found.account->name), clean_address(address)};
    if (!auth::verify_password(found.hash, old_password)) {
        attempt.refused();
        keep_failure(found, attempt);
        throw Error{Kind::invalid, "password.wrong"};
    }
    const auto hash = auth::hash_password(password);
    auto tx = archive_.database().write();
    if (catalog::password_hash(tx, found.account->id) != found.hash) {
        throw Error{Kind::conflict, "account.changed_meanwhile", {{"account", found.account->name}}};
    }
    audit::record_events(tx, clock_, actor, put_password(tx, *found.account, hash));
    tx.commit();
    attempt.let_in();
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
    auto hash = catalog::password_hash(tx, account ? account->id : AccountId{});
    return {std::move(account), std::move(hash)};
}

std::optional<OpenedSession> SignInDesk::open(const Found& found, std::string_view password, const Try& attempt)
{
    const auto renewed = auth::needs_rehash(found.hash) ? auth::hash_password(password) : std::string{};
    auto tx = archive_.database().write();
    auto account = catalog::get_account(tx, found.account->uid);
    // Disabled, or another password, while this one was being computed.
    if (account.disabled || catalog::password_hash(tx, account.id) != found.hash) {
        return std::nullopt;
    }
    std::vector<audit::Event> events;
    if (!renewed.empty()) {
        catalog::set_password_hash(tx, account.id, renewed);
        events.push_back({"user.password_renewed", account.uid, {{"password", sha256_hex(renewed)}}});
    }
    const auto now = clock_.now();
    OpenedSession opened{.secret = auth::make_session_secret(),
                         .csrf_token = {},
                         .session = {.uid = make_uid(),
                                     .account = account.id,
                                     .opened_at = now,
                                     .last_seen_at = now,
                                     .address = attempt.address(),
                                     .previous = account.last},
                         .account = account,
                         .actor = catalog::actor_of(account)};
    opened.csrf_token = auth::csrf_token(opened.secret);
    catalog::insert_session(tx, opened.session, auth::secret_digest(opened.secret));
    catalog::note_sign_in(tx, account.id, now, attempt.address());
    tx.prepare("DELETE FROM sign_in_failure WHERE bucket = ?1").bind(1, attempt.bucket()).run();
    events.push_back(
        {"session.opened", opened.session.uid, {{"account", account.uid}, {"address", attempt.address()}}});
    audit::record_events(tx, clock_, opened.actor, events);
    tx.commit();
    opened.account.last = {.at = now, .address = attempt.address(), .failures = 0};
    return opened;
}

/// The same statements whether somebody has this name or not; the name typed is kept nowhere.
void SignInDesk::keep_failure(const Found& found, const Try& attempt)
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
    audit::record_event(
        tx, clock_, auth::nobody(),
        {"sign_in.failed", found.account ? found.account->uid : Uid{"sign_in"}, {{"address", attempt.address()}}});
    tx.commit();
}

} // namespace vtlt::services
