// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/jobs/job.h>

#include <vtlt/core/base/digest.h>

#include "jobs/job_row.h"

#include <algorithm>
#include <array>

namespace vtlt::jobs {

namespace {

constexpr std::array<std::string_view, 4> kOutcomes{"done", "partial", "failed", "cancelled"};
constexpr std::array<std::string_view, 3> kStates{"queued", "running", "finished"};

const std::string kSelectById = std::string{kSelectJob} + " WHERE job.id = ?1";
const std::string kSelectByUid = std::string{kSelectJob} + " WHERE job.uid = ?1";
const std::string kSelectUnreported =
    std::string{kSelectJob} + " WHERE job.kind = ?1 AND job.request_key = ?2 AND job.reported = 0 AND job.attended = 1"
                              " ORDER BY job.id DESC LIMIT 1";
const std::string kSelectWaiting = std::string{kSelectJob} + R"sql(
     WHERE job.state = 'queued' AND job.attended = 0 AND job.cancel_asked = 0 AND job.kind = ?1 AND job.request_key = ?2
       AND job.actor = ?3
     ORDER BY job.id LIMIT 1
)sql";
const std::string kSelectPage = std::string{kSelectJob} + R"sql(
     WHERE (job.kind = ?1 OR ?1 IS NULL) AND (job.state = ?2 OR ?2 IS NULL) AND (job.actor = ?3 OR ?3 IS NULL)
       AND (job.id < (SELECT last.id FROM job AS last WHERE last.uid = ?4) OR ?4 IS NULL)
       AND job.secrecy <= ?6
       AND (?7 = 1 OR NOT EXISTS (SELECT 1 FROM job_reader_list
                                   WHERE job_reader_list.job_id = job.id AND NOT (job_reader_list.reader_list_id IN {ids ?8})))
     ORDER BY job.id DESC LIMIT ?5
)sql";

template <class T>
std::optional<T> from_name(std::span<const std::string_view> names, std::string_view name)
{
    const auto at = std::ranges::find(names, name);
    return at != names.end() ? std::optional{static_cast<T>(at - names.begin())} : std::nullopt;
}

Fields read_fields(const std::string& json)
{
    Fields fields;
    const auto object = Json::parse(json, nullptr, false);
    if (object.is_object()) {
        for (const auto& [name, value] : object.items()) {
            fields.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
        }
    }
    return fields;
}

/// "all" is a session's or the operator's; a token has its own words, and `account` is none of them.
constexpr std::string_view kAllScopes = "all";

auth::Scopes read_scopes(const std::string& words)
{
    return words == kAllScopes ? auth::Scopes::all() : auth::scopes_from_words(words);
}

std::string scopes_text(const auth::Scopes& scopes)
{
    return scopes == auth::Scopes::all() ? std::string{kAllScopes} : auth::scope_words(scopes);
}

auth::Actor read_actor(const db::Statement& select)
{
    auto name = select.text(4);
    const bool is_operator = name.starts_with("operator:");
    return {.type = is_operator ? auth::Actor::Type::operator_ : auth::Actor::Type::person,
            .name = std::move(name),
            .clearance = static_cast<Secrecy>(select.integer(5)),
            .unit = {},
            .grants = {},
            .scopes = read_scopes(select.text(6))};
}

std::optional<Instant> optional_instant(const db::Statement& select, int column)
{
    return select.is_null(column) ? std::nullopt : std::optional{select.instant(column)};
}

std::uint64_t natural(const db::Statement& select, int column)
{
    return static_cast<std::uint64_t>(select.integer(column));
}

std::optional<Job> first(db::Statement& select)
{
    return select.step() ? std::optional{read_job(select)} : std::nullopt;
}

} // namespace

std::string_view outcome_name(Outcome outcome)
{
    return kOutcomes[static_cast<std::size_t>(outcome)];
}

std::string_view state_name(State state)
{
    return kStates[static_cast<std::size_t>(state)];
}

std::optional<State> state_from_name(std::string_view name)
{
    return from_name<State>(kStates, name);
}

Job read_job(const db::Statement& select)
{
    Job job;
    job.id = select.id<JobId>(0);
    job.uid = select.text(1);
    job.kind = select.text(2);
    job.request = select.text(3);
    job.actor = read_actor(select);
    job.state = state_from_name(select.text(7)).value_or(State::queued);
    job.attended = select.integer(8) != 0;
    job.created_at = select.instant(9);
    job.started_at = optional_instant(select, 10);
    job.finished_at = optional_instant(select, 11);
    job.outcome = from_name<Outcome>(kOutcomes, select.text(12));
    job.lease_until = optional_instant(select, 13);
    job.cancel_asked = select.integer(14) != 0;
    job.progress = {.items_done = natural(select, 15),
                    .items_total = natural(select, 16),
                    .bytes_done = natural(select, 17),
                    .bytes_total = natural(select, 18)};
    job.updated_at = select.instant(19);
    job.result = select.text(20);
    job.error_code = select.text(21);
    job.error_fields = read_fields(select.text(22));
    job.retry_of = select.text(23);
    job.spent_ms = select.integer(24);
    job.revision = select.integer(25);
    job.fence = select.integer(26);
    job.secrecy = static_cast<Secrecy>(select.integer(27));
    return job;
}

Job get_job(db::ReadTx& tx, JobId id)
{
    auto select = tx.prepare(kSelectById);
    select.bind(1, id);
    ensure(select.step(), "a job that was made is there");
    return read_job(select);
}

std::optional<Job> find_job(db::ReadTx& tx, std::string_view uid)
{
    auto select = tx.prepare(kSelectByUid);
    select.bind(1, uid);
    return first(select);
}

Job get_job(db::ReadTx& tx, std::string_view uid)
{
    if (auto job = find_job(tx, uid)) {
        return std::move(*job);
    }
    throw Error{Kind::not_found, "job.not_found", {{"id", std::string{uid}}}};
}

namespace {

/// A check tells numbers of the whole house. What works on records is of the grade that its request names, else it may
/// touch and name whatever its asker may read.
Secrecy grade_of(const NewRow& row, const auth::Actor& actor)
{
    const auto request = Json::parse(row.request, nullptr, false);
    const auto named = request.is_object() ? secrecy_from_name(request.value("secrecy", std::string{})) : std::nullopt;
    return row.kind == "verify" ? Secrecy::open : named.value_or(actor.clearance);
}

} // namespace

Job insert_job(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const NewRow& row)
{
    auto insert = tx.prepare(R"sql(
        INSERT INTO job (uid, kind, request_key, request, actor, clearance, scopes, attended, state, created_at, updated_at,
                         reported, retry_of, secrecy)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'queued', ?9, ?9, ?10, ?11, ?12)
        RETURNING id
    )sql");
    // Only a command comes back for an outcome that it was not told.
    insert.bind(1, make_uid())
        .bind(2, row.kind)
        .bind(3, sha256_hex(row.request))
        .bind(4, row.request)
        .bind(5, actor.name)
        .bind(6, static_cast<int>(actor.clearance))
        .bind(7, scopes_text(actor.scopes))
        .bind(8, row.attended ? 1 : 0)
        .bind(9, clock.now())
        .bind(10, row.attended ? 0 : 1)
        .bind(11, row.retry_of)
        .bind(12, static_cast<int>(grade_of(row, actor)));
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<JobId>(0);
    insert.step();
    return get_job(tx, id);
}

namespace {

void require_room(db::ReadTx& tx, std::size_t queue_length)
{
    auto count = tx.prepare("SELECT count(*) FROM job WHERE state <> 'finished' AND state = 'queued' AND attended = 0");
    ensure(count.step(), "a count has a row");
    if (natural(count, 0) >= queue_length) {
        throw Error{Kind::busy, "job.queue_full", {{"waiting", std::to_string(count.integer(0))}}};
    }
}

} // namespace

Job enqueue(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view kind,
            std::string_view request, std::size_t queue_length)
{
    require_room(tx, queue_length);
    return insert_job(tx, clock, actor, {.kind = kind, .request = request, .retry_of = {}});
}

Job enqueue_once(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view kind,
                 std::string_view request)
{
    auto select = tx.prepare(kSelectWaiting);
    select.bind(1, kind).bind(2, sha256_hex(request)).bind(3, actor.name);
    if (auto waiting = first(select)) {
        return std::move(*waiting);
    }
    return insert_job(tx, clock, actor, {.kind = kind, .request = request, .retry_of = {}});
}

Job start_or_resume(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view kind,
                    std::string_view request)
{
    auto known = [&] {
        auto select = tx.prepare(kSelectUnreported);
        select.bind(1, kind).bind(2, sha256_hex(request));
        return first(select);
    }();
    if (known && known->state == State::finished) {
        known->resumed = true;
        return std::move(*known);
    }
    const auto id =
        known ? known->id
              : insert_job(tx, clock, actor, {.kind = kind, .request = request, .attended = true, .retry_of = {}}).id;
    take_lease(tx, clock, id);
    auto job = get_job(tx, id);
    job.resumed = known.has_value();
    return job;
}

Job retry(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Job& job, bool attended)
{
    if (!job.outcome) {
        throw Error{Kind::conflict, "job.unfinished", {{"job", job.uid}}};
    }
    auto count = tx.prepare(R"sql(
        SELECT count(*), coalesce(sum(CASE WHEN outcome IN ('accepted', 'duplicate') THEN 0 ELSE 1 END), 0)
          FROM job_item
         WHERE job_id = ?1
    )sql");
    count.bind(1, job.id);
    ensure(count.step(), "a count has a row");
    const bool nothing_failed = count.integer(0) > 0 && count.integer(1) == 0 && *job.outcome != Outcome::cancelled;
    if (*job.outcome == Outcome::done || nothing_failed) {
        throw Error{Kind::conflict, "job.nothing_to_retry", {{"job", job.uid}}};
    }
    if (!attended) {
        require_room(tx, kQueueLength);
    }
    return insert_job(tx, clock, actor,
                      {.kind = job.kind, .request = job.request, .attended = attended, .retry_of = job.id});
}

void mark_reported(db::WriteTx& tx, JobId job)
{
    // An earlier job of the same request whose outcomes were repeated with this one's has been told, too.
    tx.prepare(R"sql(
        UPDATE job
           SET reported = 1
         WHERE id = ?1
            OR (reported = 0 AND outcome IS NOT NULL AND kind = (SELECT told.kind FROM job AS told WHERE told.id = ?1)
                AND request_key = (SELECT told.request_key FROM job AS told WHERE told.id = ?1))
    )sql")
        .bind(1, job)
        .run();
}

std::vector<Job> list_jobs(db::ReadTx& tx, const Filter& filter, std::size_t limit)
{
    std::vector<std::int64_t> lists;
    if (filter.lists) {
        std::ranges::transform(*filter.lists, std::back_inserter(lists), &ReaderListId::value);
    }
    auto select = tx.prepare(kSelectPage);
    select.bind_text_or_null(1, filter.kind)
        .bind_text_or_null(2, filter.state ? state_name(*filter.state) : std::string_view{})
        .bind_text_or_null(3, filter.actor)
        .bind_text_or_null(4, filter.before)
        .bind(5, static_cast<std::int64_t>(limit))
        .bind(6, static_cast<int>(filter.highest))
        .bind(7, filter.lists ? 0 : 1)
        .bind_list(8, std::span<const std::int64_t>{lists});
    std::vector<Job> jobs;
    while (select.step()) {
        jobs.push_back(read_job(select));
    }
    return jobs;
}

} // namespace vtlt::jobs
