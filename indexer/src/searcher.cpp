// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/indexer/searcher.h>

#include "cursor.h"
#include "generation.h"
#include "query_plan.h"
#include "snippet.h"
#include "terms.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/outbox/index_outbox.h>

#include <xapian.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace vtlt::indexer {
namespace {

constexpr std::size_t kMaxLimit = 200;
/// Fetched beyond the page: to know whether more follows, and to replace hits that the catalogue no longer has.
constexpr std::size_t kSpare = 8;
/// Relaxed hits are help, not a set: so many, best first.
constexpr std::size_t kMaxRelaxed = 200;
constexpr int kAttempts = 4;

struct Ranked
{
    Xapian::docid docid = 0;
    double weight = 0;
};

/// The bands of one query as one database. Xapian numbers document d of database i of n as (d − 1)·n + i + 1.
struct Joined
{
    Xapian::Database database;
    std::vector<Secrecy> bands; ///< those that have an index, in the order they were added
    std::vector<std::filesystem::path> paths;

    DocumentId document(Xapian::docid docid) const
    {
        return document_of((docid - 1) / static_cast<Xapian::docid>(bands.size()) + 1);
    }

    Secrecy band(Xapian::docid docid) const { return bands[(docid - 1) % static_cast<Xapian::docid>(bands.size())]; }

    std::optional<Xapian::docid> docid(DocumentId id, Secrecy band) const
    {
        const auto found = std::find(bands.begin(), bands.end(), band);
        if (found == bands.end()) {
            return std::nullopt;
        }
        const auto index = static_cast<Xapian::docid>(found - bands.begin());
        return (docid_of(id) - 1) * static_cast<Xapian::docid>(bands.size()) + index + 1;
    }
};

/// Documents of a query in an order.
class RankedList
{
public:
    RankedList(const Joined& index, const Xapian::Query& query, bool ranked, double minimum = 0,
               Sort sort = Sort::relevance)
        : enquire_(index.database)
    {
        enquire_.set_query(query);
        if (sort != Sort::relevance) {
            enquire_.set_sort_by_value(kSortDaySlot, sort == Sort::newest);
        }
        if (ranked && sort == Sort::relevance) {
            enquire_.set_weighting_scheme(ranking());
        } else {
            enquire_.set_weighting_scheme(Xapian::BoolWeight{});
        }
        if (minimum > 0) {
            enquire_.set_cutoff(0, minimum);
        }
    }

    std::vector<Ranked> top(std::size_t count, Xapian::doccount check_at_least)
    {
        const auto set = enquire_.get_mset(0, static_cast<Xapian::doccount>(count), check_at_least);
        total_ = set.get_matches_estimated();
        std::vector<Ranked> out;
        out.reserve(set.size());
        for (auto at = set.begin(); at != set.end(); ++at) {
            out.push_back({*at, at.get_weight()});
        }
        return out;
    }

    /// Of the last `top`; exact when everything was checked.
    std::uint64_t total() const { return total_; }

    std::set<std::string> terms_of(Xapian::docid docid) const
    {
        return {enquire_.get_matching_terms_begin(docid), enquire_.get_matching_terms_end(docid)};
    }

private:
    Xapian::Enquire enquire_;
    std::uint64_t total_ = 0;
};

/// What is left beside the strict set.
RankedList relaxed_list(const Joined& index, const QueryPlan& plan)
{
    return {index, {Xapian::Query::OP_AND_NOT, *plan.relaxed, plan.filter}, true, plan.relaxed_minimum};
}

/// As a cursor names it: another reach, or the same on a day when it is another, is another list.
std::string to_text(const auth::Reach& reach)
{
    std::string text;
    for (const auto band : reach.bands) {
        text.append("\n").append(secrecy_name(band));
    }
    for (const auto& part : reach.parts) {
        text += part.every_unit ? "\n*" : "\n";
        for (const auto unit : part.units) {
            text += std::to_string(unit.value) + ",";
        }
        text += (part.from ? format_date(*part.from) : "") + ".." + (part.to ? format_date(*part.to) : "");
        text += part.set ? "/" + std::to_string(part.set->value) : "";
    }
    text += reach.every_list ? "\n*" : "\n";
    for (const auto list : reach.lists) {
        text += std::to_string(list.value) + ",";
    }
    return text;
}

/// One page of one query over one state of the index.
class Page
{
public:
    Page(const Home& home, db::Database& catalogue, const Joined& index, const QueryPlan& plan,
         const SearchRequest& request, const std::optional<Cursor>& cursor)
        : home_(home), catalogue_(catalogue), index_(index), plan_(plan), request_(request), cursor_(cursor)
    {}

    SearchAnswer make(std::string_view fingerprint)
    {
        RankedList strict{index_, plan_.strict, plan_.ranked, 0, request_.sort};
        const bool past_strict = cursor_ && cursor_->relaxed;
        const auto seen = cursor_ && !past_strict ? cursor_->seen : 0;
        auto listed = strict.top(wanted(seen), plan_.known_total ? 0 : index_.database.get_doccount());
        answer_.total = plan_.known_total.value_or(strict.total());
        bool more = false;
        if (!past_strict) {
            more = take(listed, false, [&](std::size_t count) { return strict.top(count, 0); });
        }
        // Without being asked for they only fill a page that the strict ones leave room in.
        const bool fills = past_strict || request_.relaxed || answer_.total < request_.limit;
        if (plan_.relaxed && fills) {
            more = take_relaxed() || more;
        }
        answer_.total -= std::min<std::uint64_t>(answer_.total, vanished_);
        if (more && !answer_.hits.empty()) {
            const auto& last = answer_.hits.back();
            answer_.next_cursor =
                Cursor{std::string{fingerprint}, last.score, last.view.document.uid, seen_, last.relaxed}.encode();
        }
        return std::move(answer_);
    }

private:
    std::size_t wanted(std::uint64_t seen) const { return static_cast<std::size_t>(seen) + request_.limit + kSpare; }

    /// Where the page starts in `list`: after the cursor's document where it still is, else after as many as were
    /// shown.
    std::size_t start_in(const std::vector<Ranked>& list, bool relaxed)
    {
        if (!cursor_ || cursor_->relaxed != relaxed) {
            return 0;
        }
        auto tx = catalogue_.read();
        const std::vector<Uid> uids{cursor_->uid};
        for (const auto& view : catalog::list_views_by_uid(tx, uids)) {
            const auto docid = index_.docid(view.document.id, view.document.secrecy);
            const auto found =
                std::find_if(list.begin(), list.end(), [&](const Ranked& row) { return docid && row.docid == *docid; });
            if (found != list.end()) {
                return static_cast<std::size_t>(found - list.begin()) + 1;
            }
        }
        const auto shown = static_cast<std::size_t>(cursor_->seen);
        return std::min(list.size(), shown == 0 ? 0 : shown - 1);
    }

    /// Fills the page from `list`, fetching more of it while the catalogue takes hits away. True when something follows
    /// the page.
    template <class Fetch>
    bool take(std::vector<Ranked> list, bool relaxed, const Fetch& fetch)
    {
        auto at = start_in(list, relaxed);
        for (;;) {
            at = show(list, at, relaxed);
            if (at == list.size()) {
                const auto fetched = list.size();
                list = fetch(fetched + request_.limit + kSpare);
                if (list.size() > fetched) {
                    continue;
                }
            }
            // A cursor counts in the list of the last hit shown.
            seen_ = answer_.hits.empty() || answer_.hits.back().relaxed != relaxed ? seen_ : at;
            return at < list.size();
        }
    }

    /// Shows what is still in the catalogue and in the reader's bands; returns where it stopped.
    std::size_t show(const std::vector<Ranked>& list, std::size_t at, bool relaxed)
    {
        while (at < list.size() && answer_.hits.size() < request_.limit) {
            const auto size = std::min(request_.limit - answer_.hits.size(), list.size() - at);
            const auto portion = std::span{list}.subspan(at, size);
            show_portion(portion, relaxed);
            at += size;
        }
        return at;
    }

    void show_portion(std::span<const Ranked> portion, bool relaxed)
    {
        std::vector<DocumentId> ids;
        for (const auto& row : portion) {
            ids.push_back(index_.document(row.docid));
        }
        auto tx = catalogue_.read();
        auto views = catalog::list_views(tx, ids);
        auto view = views.begin();
        for (std::size_t i = 0; i < portion.size(); ++i) {
            const bool there = view != views.end() && view->document.id == ids[i];
            // A document that has just changed its band is shown from the new band's index only; one that is another
            // unit's or of another day than the index knows yet, not at all.
            if (there && view->document.secrecy == index_.band(portion[i].docid) &&
                request_.reach.contains(target_of(view->document))) {
                add(std::move(*view), portion[i], relaxed);
            } else {
                vanished_ += relaxed ? 0 : 1;
            }
            view += there ? 1 : 0;
        }
    }

    void add(catalog::DocumentView view, const Ranked& row, bool relaxed)
    {
        Hit hit;
        hit.view = std::move(view);
        hit.score = row.weight;
        hit.relaxed = relaxed;
        if (request_.with_snippets) {
            snippets_.fill(hit, row.docid);
        }
        answer_.relaxed = answer_.relaxed || relaxed;
        answer_.hits.push_back(std::move(hit));
    }

    bool take_relaxed()
    {
        auto list = relaxed_list(index_, plan_);
        const auto rows = list.top(kMaxRelaxed, 0);
        answer_.total += request_.relaxed ? rows.size() : 0;
        const bool more = !rows.empty() && take(rows, true, [&](std::size_t) -> const auto& { return rows; });
        if (answer_.relaxed) {
            const auto had = list.terms_of(rows.front().docid);
            for (const auto& word : plan_.words) {
                if (!had.contains(word.folded)) {
                    answer_.dropped.push_back(word.exact);
                }
            }
        }
        return more;
    }

    const Home& home_;
    db::Database& catalogue_;
    const Joined& index_;
    const QueryPlan& plan_;
    const SearchRequest& request_;
    const std::optional<Cursor>& cursor_;
    SnippetMaker snippets_{home_, index_.database, plan_.words};
    SearchAnswer answer_;
    std::uint64_t seen_ = 0;
    std::uint64_t vanished_ = 0;
};

} // namespace

struct Searcher::State
{
    State(const Home& h, db::Database& d) : home(h), catalogue(d) {}

    struct OpenBand
    {
        Generation generation;
        Xapian::Database database;
    };

    Home home;
    db::Database& catalogue;
    std::map<Secrecy, OpenBand> open;

    std::vector<Xapian::docid> leaving(const auth::Reach& reach) const;
    std::uint64_t count(const QueryNode& query, const auth::Reach& reach);
    Joined join(std::span<const Secrecy> bands);
    template <class Work>
    auto with_index(std::span<const Secrecy> bands, const Work& work);
};

/// Ascending; read before the index is opened, so that nothing slips through between the two.
std::vector<Xapian::docid> Searcher::State::leaving(const auth::Reach& reach) const
{
    std::vector<Xapian::docid> docids;
    auto tx = catalogue.read();
    for (const auto document : outbox::list_leaving(tx, reach)) {
        docids.push_back(docid_of(document));
    }
    std::ranges::sort(docids);
    return docids;
}

Joined Searcher::State::join(std::span<const Secrecy> bands)
{
    Joined joined;
    for (const auto band : bands) {
        const auto generation = current_generation(home, band);
        if (!generation) {
            open.erase(band);
            continue; // nothing of this band was ever indexed
        }
        auto& entry = open[band];
        if (entry.generation.number == generation->number) {
            entry.database.reopen();
        } else {
            entry = {*generation, Xapian::Database{generation->path.native()}};
        }
        joined.database.add_database(entry.database);
        joined.bands.push_back(band);
        joined.paths.push_back(generation->path);
    }
    return joined;
}

/// The index may move on while it is read, or be replaced by a rebuild between reading its name and opening it: both
/// are tried again.
template <class Work>
auto Searcher::State::with_index(std::span<const Secrecy> bands, const Work& work)
{
    for (int attempt = 1;; ++attempt) {
        try {
            const auto joined = join(bands);
            return work(joined);
        } catch (const Xapian::DatabaseModifiedError& error) {
            if (attempt == kAttempts) {
                throw Error{Kind::busy, "index.busy", {{"path", home.index().native()}}};
            }
        } catch (const Xapian::DatabaseOpeningError& error) {
            open.clear();
            if (attempt == kAttempts) {
                throw to_error(error, home.index());
            }
        } catch (const Xapian::Error& error) {
            open.clear();
            throw to_error(error, home.index());
        }
    }
}

/// Exact: of the strict set.
std::uint64_t Searcher::State::count(const QueryNode& query, const auth::Reach& reach)
{
    const auto left = leaving(reach);
    return with_index(reach.bands, [&](const Joined& index) -> std::uint64_t {
        if (index.bands.empty()) {
            return 0;
        }
        const auto plan = plan_query(query, reach, left, index.database);
        RankedList list{index, plan.filter, false};
        list.top(0, index.database.get_doccount());
        return list.total();
    });
}

Searcher::Searcher(const Home& home, db::Database& database) : state_(std::make_unique<State>(home, database)) {}
Searcher::~Searcher() = default;

SearchAnswer Searcher::search(const SearchRequest& request)
{
    if (request.limit < 1 || request.limit > kMaxLimit) {
        throw Error{Kind::invalid,
                    "search.limit",
                    {{"limit", std::to_string(request.limit)}, {"most", std::to_string(kMaxLimit)}}};
    }
    const auto query = parse_query(request.query);
    static constexpr std::array<std::string_view, 3> kSortMarks{"", "\nnewest", "\noldest"};
    const auto fingerprint = query_fingerprint(
        to_text(query.root) + std::string{kSortMarks[static_cast<std::size_t>(request.sort)]} + to_text(request.reach));
    const auto cursor = request.cursor.empty() ? std::nullopt : std::optional{Cursor::decode(request.cursor)};
    if (cursor && cursor->query != fingerprint) {
        throw Error{Kind::invalid, "search.cursor"};
    }
    const auto leaving = state_->leaving(request.reach);
    auto answer = state_->with_index(request.reach.bands, [&](const Joined& index) -> SearchAnswer {
        if (index.bands.empty()) {
            return {};
        }
        const auto plan = plan_query(query.root, request.reach, leaving, index.database);
        if (request.count_only) {
            SearchAnswer counted;
            RankedList list{index, plan.filter, false};
            if (!plan.known_total) {
                list.top(0, index.database.get_doccount());
            }
            counted.total = plan.known_total.value_or(list.total());
            if (request.relaxed && plan.relaxed) {
                counted.total += relaxed_list(index, plan).top(kMaxRelaxed, 0).size();
            }
            return counted;
        }
        return Page{state_->home, state_->catalogue, index, plan, request, cursor}.make(fingerprint);
    });
    if (!request.told.is_nothing()) {
        answer.excluded = state_->count(query.root, request.told);
    }
    answer.query = request.query;
    answer.syntax = query.syntax;
    return answer;
}

std::optional<std::uint64_t> Searcher::count_excluded(const std::string& query, const auth::Reach& told)
{
    return told.is_nothing() ? std::nullopt : std::optional{state_->count(parse_query(query).root, told)};
}

std::vector<DocumentId> Searcher::matching_documents(const std::string& text, const auth::Reach& reach, bool relaxed)
{
    const auto query = parse_query(text);
    const auto leaving = state_->leaving(reach);
    return state_->with_index(reach.bands, [&](const Joined& index) {
        std::vector<DocumentId> ids;
        if (index.bands.empty()) {
            return ids;
        }
        const auto plan = plan_query(query.root, reach, leaving, index.database);
        RankedList strict{index, plan.filter, false};
        for (const auto& row : strict.top(index.database.get_doccount(), 0)) {
            ids.push_back(index.document(row.docid));
        }
        if (relaxed && plan.relaxed) {
            for (const auto& row : relaxed_list(index, plan).top(kMaxRelaxed, 0)) {
                ids.push_back(index.document(row.docid));
            }
        }
        return ids;
    });
}

} // namespace vtlt::indexer
