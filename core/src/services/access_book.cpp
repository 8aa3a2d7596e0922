// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/access_book.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/audit/event_list.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace vtlt::services {

namespace {

using namespace std::chrono_literals;

/// A page and its text, a file in a hundred ranges: one reading.
constexpr auto kSameReading = 1min;
/// Whoever makes more different refusals between two flushes is known by the first ones, and crowds nobody out.
constexpr std::ptrdiff_t kMostRefusalsOfOne = 50;
constexpr std::size_t kMostRefusals = 10'000;
constexpr std::size_t kMostRecent = 100'000;

constexpr std::array<std::string_view, 2> kActions{"access.viewed", "access.downloaded"};
constexpr std::string_view kPrinted = "access.printed";
constexpr std::string_view kPackage = "access.package_downloaded";
constexpr std::string_view kRefused = "access.refused";

/// Vietnam has no summer time.
constexpr auto kVietnam = 7h;

Instant begin_of(Date day)
{
    return Instant{std::chrono::sys_days{day} - kVietnam};
}

void write_one(Archive& archive, const Clock& clock, const auth::Actor& actor, const audit::Event& event)
{
    auto tx = archive.database().write();
    audit::record_event(tx, clock, actor, event);
    tx.commit();
}

} // namespace

/// Within the minute before.
bool AccessBook::is_recent(const Place& place)
{
    const auto now = clock_.now();
    const std::lock_guard lock{mutex_};
    const auto found = recent_.find(place);
    return found != recent_.end() && found->second <= now && now - found->second < kSameReading;
}

/// Once its event is durable: what was refused by a full disk is tried anew, and of two at once each waits for its own.
void AccessBook::remember(const Place& place)
{
    const auto now = clock_.now();
    const std::lock_guard lock{mutex_};
    if (recent_.size() >= kMostRecent) {
        std::erase_if(recent_, [&](const auto& one) { return now - one.second >= kSameReading; });
    }
    if (recent_.size() >= kMostRecent) {
        recent_.clear(); // costs an event too many, never one too few
    }
    recent_.insert_or_assign(place, now);
}

void AccessBook::count_one(const catalog::Document& document, Access access)
{
    const auto now = clock_.now();
    const std::lock_guard lock{mutex_};
    auto& count = waiting_.documents[{document.id, document.secrecy}];
    ++count.accesses;
    count.last_at = now;
    auto& day = waiting_.days[{day_in_vietnam(now), document.secrecy}];
    ++(access == Access::viewed ? day.viewed : day.downloaded);
}

void AccessBook::note(const auth::Actor& actor, const catalog::Document& document, Access access)
{
    const std::string action{kActions.at(static_cast<std::size_t>(access))};
    const auto order = auth::order_of_reading(actor, catalog::target_of(document));
    // What he opened while it was open is another reading once it is secret or known to few, and by an order another
    // than without.
    const auto guard = std::string{secrecy_name(document.secrecy)} + (document.reader_list ? "!" : "");
    const Place place{actor.name, action + '@' + guard + order, document.uid};
    if (is_recent(place)) {
        return;
    }
    if (!order.empty()) {
        write_one(archive_, clock_, actor, {action, document.uid, {{"order", order}}});
    } else if (access == Access::downloaded || document.is_guarded()) {
        write_one(archive_, clock_, actor, {action, document.uid});
    }
    remember(place);
    count_one(document, access);
}

void AccessBook::note_print(const auth::Actor& actor, std::string_view query, std::string_view format)
{
    write_one(archive_, clock_, actor,
              {std::string{kPrinted},
               "list",
               {{"query", query}, {"format", format}, {"secrecy", secrecy_name(actor.clearance)}}});
}

void AccessBook::note_package(const auth::Actor& actor, const Uid& job)
{
    const Place place{actor.name, std::string{kPackage}, job};
    if (!is_recent(place)) {
        write_one(archive_, clock_, actor, {std::string{kPackage}, job});
        remember(place);
    }
}

void AccessBook::note_refusal(const auth::Actor& actor, std::string_view action, const Uid& object)
{
    const Place place{actor.name, std::string{action}, object};
    if (actor.name == auth::nobody().name || is_recent(place)) {
        return;
    }
    remember(place);
    const auto now = clock_.now();
    const std::lock_guard lock{mutex_};
    auto& refusals = waiting_.refusals;
    const auto first = refusals.lower_bound({actor.name, {}, {}});
    const auto own =
        std::find_if(first, refusals.end(), [&](const auto& one) { return std::get<0>(one.first) != actor.name; });
    if (refusals.size() < kMostRefusals && std::distance(first, own) < kMostRefusalsOfOne) {
        refusals.emplace(place, now);
    }
}

AccessCount AccessBook::count(const catalog::Document& document, Secrecy clearance)
{
    // Those that wait first: what is flushed in between is counted twice for a moment rather than not at all.
    AccessCount sum;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [graded, count] : waiting_.documents) {
            if (graded.first == document.id && graded.second <= clearance) {
                sum.accesses += count.accesses;
                sum.last_at = std::max(sum.last_at, count.last_at);
            }
        }
    }
    auto tx = archive_.database().read();
    auto select = tx.prepare("SELECT accesses, last_at FROM access_count WHERE document_id = ?1 AND secrecy <= ?2");
    select.bind(1, document.id).bind(2, static_cast<int>(clearance));
    while (select.step()) {
        sum.accesses += select.integer(0);
        sum.last_at = std::max(sum.last_at, select.instant(1));
    }
    return sum;
}

std::int64_t AccessBook::flush()
{
    Waiting waiting;
    {
        const std::lock_guard lock{mutex_};
        std::swap(waiting, waiting_);
    }
    if (waiting.refusals.empty() && waiting.documents.empty()) {
        return 0;
    }
    const auto rows = static_cast<std::int64_t>(waiting.documents.size() + waiting.refusals.size());
    try {
        write(waiting);
    } catch (...) {
        take_back(std::move(waiting)); // a full disk: the next time
        throw;
    }
    return rows;
}

void AccessBook::take_back(Waiting waiting)
{
    const std::lock_guard lock{mutex_};
    waiting_.refusals.merge(waiting.refusals);
    for (const auto& [graded, count] : waiting.documents) {
        auto& now = waiting_.documents[graded];
        now.accesses += count.accesses;
        now.last_at = std::max(now.last_at, count.last_at);
    }
    for (const auto& [day, count] : waiting.days) {
        waiting_.days[day].viewed += count.viewed;
        waiting_.days[day].downloaded += count.downloaded;
    }
}

void AccessBook::write(const Waiting& waiting)
{
    auto tx = archive_.database().write();
    auto add = tx.prepare(R"sql(
        INSERT INTO access_count (document_id, secrecy, accesses, last_at) SELECT id, ?2, ?3, ?4 FROM document WHERE id = ?1
        ON CONFLICT (document_id, secrecy) DO UPDATE
           SET accesses = access_count.accesses + excluded.accesses, last_at = excluded.last_at
    )sql");
    for (const auto& [graded, count] : waiting.documents) {
        add.bind(1, graded.first)
            .bind(2, static_cast<int>(graded.second))
            .bind(3, count.accesses)
            .bind(4, count.last_at)
            .run();
    }
    auto add_day = tx.prepare(R"sql(
        INSERT INTO access_day (on_day, secrecy, viewed, downloaded) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (on_day, secrecy) DO UPDATE
           SET viewed = access_day.viewed + excluded.viewed, downloaded = access_day.downloaded + excluded.downloaded
    )sql");
    for (const auto& [day, count] : waiting.days) {
        add_day.bind(1, day.first)
            .bind(2, static_cast<int>(day.second))
            .bind(3, count.viewed)
            .bind(4, count.downloaded)
            .run();
    }
    for (const auto& [place, at] : waiting.refusals) {
        const auto& [who, action, object] = place;
        auto actor = auth::nobody();
        actor.name = who;
        audit::record_event(tx, clock_, actor,
                            {std::string{kRefused},
                             object.empty() ? Uid{"access"} : object,
                             {{"action", action}, {"at", format_instant(at)}}});
    }
    tx.commit();
}

AccessReport access_report(Archive& archive, const auth::Actor& actor, Date first, Date last, std::size_t most_read)
{
    auth::authorize(actor, auth::Action::audit_read, {});
    const auto length = std::chrono::sys_days{last} - std::chrono::sys_days{first};
    if (last < first || length > std::chrono::days{kLongestReport}) {
        throw Error{
            Kind::invalid,
            "report.period",
            {{"from", format_date(first)}, {"to", format_date(last)}, {"days", std::to_string(kLongestReport)}}};
    }
    if (archive.is_writable()) {
        audit::derive_events(archive.database());
    }
    auto tx = archive.database().read();
    std::map<Date, AccessDay> days;
    auto by_day = tx.prepare("SELECT on_day, sum(viewed), sum(downloaded) FROM access_day"
                             " WHERE on_day BETWEEN ?1 AND ?2 AND secrecy <= ?3 GROUP BY on_day");
    by_day.bind(1, first).bind(2, last).bind(3, static_cast<int>(actor.clearance));
    while (by_day.step()) {
        const auto day = by_day.optional_date(0).value();
        days[day] = {.day = day, .viewed = by_day.integer(1), .downloaded = by_day.integer(2)};
    }
    constexpr std::int64_t milliseconds = 86'400'000;
    auto sign_ins = tx.prepare("SELECT (at + ?3) / ?4, count(*) FROM audit_event"
                               " WHERE action = 'session.opened' AND at >= ?1 AND at < ?2 GROUP BY (at + ?3) / ?4");
    sign_ins.bind(1, begin_of(first))
        .bind(2, begin_of(last) + 24h)
        .bind(3, std::int64_t{std::chrono::milliseconds{kVietnam}.count()})
        .bind(4, milliseconds);
    while (sign_ins.step()) {
        const Date day{std::chrono::sys_days{std::chrono::days{sign_ins.integer(0)}}};
        days[day].day = day;
        days[day].sign_ins = sign_ins.integer(1);
    }
    AccessReport report;
    for (const auto& [day, one] : days) {
        report.days.push_back(one);
    }
    const auto reach = auth::reach_of(actor, auth::Action::document_read);
    const catalog::ReachSql where{reach, catalog::kDocumentReach, 5};
    auto most = tx.prepare("SELECT document.id, sum(access_count.accesses), max(access_count.last_at)"
                           "  FROM access_count JOIN document ON document.id = access_count.document_id"
                           " WHERE access_count.last_at >= ?1 AND access_count.last_at < ?2"
                           " AND access_count.secrecy <= ?4 AND " +
                           where.text() +
                           " GROUP BY document.id ORDER BY sum(access_count.accesses) DESC, document.id LIMIT ?3");
    where.bind_to(most.bind(1, begin_of(first))
                      .bind(2, begin_of(last) + 24h)
                      .bind(3, static_cast<std::int64_t>(most_read))
                      .bind(4, static_cast<int>(actor.clearance)));
    std::vector<DocumentId> ids;
    std::map<DocumentId, AccessCount> counts;
    while (most.step()) {
        ids.push_back(most.id<DocumentId>(0));
        counts[ids.back()] = {.accesses = most.integer(1), .last_at = most.instant(2)};
    }
    for (auto& view : catalog::list_views(tx, ids)) {
        const auto count = counts.at(view.document.id);
        report.most_read.push_back({std::move(view), count});
    }
    return report;
}

} // namespace vtlt::services
