// SPDX-License-Identifier: GPL-3.0-or-later
#include "query_plan.h"

#include "listed_documents.h"
#include "terms.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <cmath>

namespace vtlt::indexer {
namespace {

using Type = QueryNode::Type;
using Queries = std::vector<Xapian::Query>;

/// Weights of performance.md §2; exact values mean little, so they are round.
constexpr double kWordWeight = 0.5;
constexpr double kTitleWeight = 0.2;
constexpr double kNumberWeight = 0.5;
/// Above any sum of word weights: documents with the accents as typed come first, in all pages alike.
constexpr double kExactTier = 1000;
/// A document that bears the number asked for precedes those that mention it.
constexpr double kOwnNumberTier = 500;
/// A short query is mostly a name or a set phrase: documents that have its words side by side precede those that have
/// them scattered.
constexpr double kSideBySideTier = 300;
constexpr std::size_t kMaxPhraseWords = 6;
/// A relaxed hit must have about half of the question, by the rarity of its words.
constexpr double kRelaxedShare = 0.5;
/// A number and symbol has at most this many words: 12 2021 QD UBND VP X.
constexpr std::size_t kMaxNumberWords = 8;

std::string folded(const std::string& exact)
{
    return text::fold(exact);
}

/// The index holds no longer terms, and asking for one is an error.
Xapian::Query one(const std::string& name)
{
    return name.size() > kMaxTermSize ? Xapian::Query::MatchNothing : Xapian::Query{name};
}

Xapian::Query everything()
{
    return Xapian::Query{std::string{kEveryDocumentTerm}};
}

Xapian::Query any_of(const Queries& queries)
{
    return {Xapian::Query::OP_OR, queries.begin(), queries.end()};
}

Xapian::Query all_of(const Queries& queries)
{
    return {Xapian::Query::OP_AND, queries.begin(), queries.end()};
}

Xapian::Query scaled(const Xapian::Query& query, double factor)
{
    return {Xapian::Query::OP_SCALE_WEIGHT, query, factor};
}

Xapian::Query constant(double weight, const Xapian::Query& where)
{
    Xapian::FixedWeightPostingSource source{weight}; // the query keeps a copy
    return {Xapian::Query::OP_FILTER, Xapian::Query{&source}, where};
}

bool is_year_or_small(const std::string& word)
{
    const bool year = word.size() == 4 && (word.starts_with("19") || word.starts_with("20"));
    return year || word.size() < 3;
}

std::vector<std::string> fold_all(const std::vector<std::string>& words)
{
    std::vector<std::string> out;
    out.reserve(words.size());
    for (const auto& word : words) {
        out.push_back(folded(word));
    }
    return out;
}

std::string joined(const std::vector<std::string>& words, std::size_t begin, std::size_t end)
{
    std::string out;
    for (auto i = begin; i < end; ++i) {
        out += (i == begin ? "" : " ") + words[i];
    }
    return out;
}

/// Days of [from, to] as the fewest year, month and day terms. Open ends stop at the years that the index has.
class DateTerms
{
public:
    explicit DateTerms(const Xapian::Database& database) : database_(database) {}

    Xapian::Query query(const DateRange& range)
    {
        const auto from = range.from.value_or(Date{std::chrono::year{1}, std::chrono::January, std::chrono::day{1}});
        const auto to = range.to.value_or(Date{std::chrono::year{9999}, std::chrono::December, std::chrono::day{31}});
        const std::string prefix{prefix_of(Field::date)};
        for (auto at = database_.allterms_begin(prefix); at != database_.allterms_end(prefix); at.skip_to(next_)) {
            const auto digits = (*at).substr(prefix.size());
            const int year = std::stoi(digits.substr(0, 4));
            next_ = year_term(std::min(year + 1, 9999));
            add_year(year, from, to);
            if (year >= 9999) {
                break;
            }
        }
        return terms_.empty() ? Xapian::Query::MatchNothing : any_of(terms_);
    }

private:
    void add(const std::string& name) { terms_.emplace_back(name); }

    void add_year(int year, Date from, Date to)
    {
        const std::chrono::year y{year};
        const Date first{y / std::chrono::January / 1};
        const Date last{y / std::chrono::December / 31};
        if (last < from || first > to) {
            return;
        }
        if (from <= first && last <= to) {
            add(year_term(year));
            return;
        }
        for (unsigned month = 1; month <= 12; ++month) {
            add_month(y / std::chrono::month{month}, from, to);
        }
    }

    void add_month(std::chrono::year_month month, Date from, Date to)
    {
        const Date first{month / 1};
        const Date last{month / std::chrono::last};
        if (last < from || first > to) {
            return;
        }
        if (from <= first && last <= to) {
            add(month_term(int{month.year()}, unsigned{month.month()}));
            return;
        }
        for (auto day = std::chrono::sys_days{std::max(first, from)}; Date{day} <= std::min(last, to);
             day += std::chrono::days{1}) {
            add(day_term(Date{day}));
        }
    }

    const Xapian::Database& database_;
    Queries terms_;
    std::string next_;
};

/// Walks the tree once: the strict query, and beside it what ranks, relaxes and lights up.
class Planner
{
public:
    explicit Planner(const Xapian::Database& database) : database_(database) {}

    QueryPlan plan(const QueryNode& root)
    {
        QueryPlan plan;
        collect(root, true);
        plan.filter = strict(root);
        plan.strict = with_ranking(plan.filter);
        plan.ranked = !runs_.empty() || !marked_.empty();
        plan.words = words_;
        plan.known_total = known_total(root);
        add_relaxed(plan, root);
        return plan;
    }

private:
    using Run = std::vector<std::string>; ///< folded words that were typed side by side

    // --- what must be there

    Xapian::Query strict(const QueryNode& node)
    {
        switch (node.type) {
        case Type::everything:
            return everything();
        case Type::word:
            return scaled(Xapian::Query{folded(node.words.front())}, kWordWeight);
        case Type::phrase:
            return phrase(node);
        case Type::field:
            return scaled(field(node), 0);
        case Type::all:
            return strict_all(node.children);
        case Type::any: {
            Queries children;
            for (const auto& child : node.children) {
                children.push_back(strict(child));
            }
            return any_of(children);
        }
        case Type::none:
            return {Xapian::Query::OP_AND_NOT, everything(), strict(node.children.front())};
        }
        throw Error{Kind::internal, "internal.invariant", {{"what", "query node type"}}};
    }

    Xapian::Query strict_all(const std::vector<QueryNode>& children)
    {
        Queries wanted;
        Queries unwanted;
        for (const auto& child : children) {
            const bool negative = child.type == Type::none;
            (negative ? unwanted : wanted).push_back(strict(negative ? child.children.front() : child));
        }
        const auto base = wanted.empty() ? everything() : all_of(wanted);
        return unwanted.empty() ? base : Xapian::Query{Xapian::Query::OP_AND_NOT, base, any_of(unwanted)};
    }

    /// Side by side, whatever the accents. Two words are one pair term; more are looked up by position among the
    /// documents that have all their pairs. A number and symbol is also its one term, where the text breaks it up or
    /// does not repeat it.
    static Xapian::Query phrase(const QueryNode& node)
    {
        const auto words = fold_all(node.words);
        Queries pairs;
        for (std::size_t i = 1; i < words.size(); ++i) {
            pairs.emplace_back(term(kPairPrefix, words[i - 1] + " " + words[i]));
        }
        auto query = pairs.front();
        if (words.size() > 2) {
            const Xapian::Query in_order{Xapian::Query::OP_PHRASE, words.begin(), words.end(),
                                         static_cast<Xapian::termcount>(words.size())};
            query = {Xapian::Query::OP_FILTER, scaled(in_order, kWordWeight), all_of(pairs)};
        }
        if (!is_number_word(words.front()) || words.size() > kMaxNumberWords) {
            return query;
        }
        const auto key = number_key(joined(words, 0, words.size()));
        const auto own = one(term(prefix_of(Field::number), key));
        const auto met = one(term(kMetCodePrefix, key));
        return any_of({query, scaled(own, 0), scaled(met, 0)});
    }

    Xapian::Query field(const QueryNode& node)
    {
        const auto which = node.field.value();
        const auto prefix = prefix_of(which);
        if (node.dates) {
            return DateTerms{database_}.query(*node.dates);
        }
        if (!node.words.empty()) {
            auto words = fold_all(node.words);
            for (auto& word : words) {
                word = term(prefix, word);
            }
            return words.size() == 1 ? Xapian::Query{words.front()}
                                     : Xapian::Query{Xapian::Query::OP_PHRASE, words.begin(), words.end(),
                                                     static_cast<Xapian::termcount>(words.size())};
        }
        return one(code_term(which, node.value));
    }

    static std::string code_term(Field which, const std::string& value)
    {
        return term(prefix_of(which), which == Field::number ? number_key(value) : text::code_key(value));
    }

    // --- what ranks

    /// Runs of words that are wanted; those of an OR rank alike but promise nothing about accents.
    void collect(const QueryNode& node, bool required)
    {
        switch (node.type) {
        case Type::word:
        case Type::phrase:
            add_run(node.words, required);
            return;
        case Type::all:
            collect_all(node, required);
            return;
        case Type::any:
            for (const auto& child : node.children) {
                collect(child, false);
            }
            return;
        case Type::field:
            if (required) {
                for (const auto& word : node.words) {
                    add_marked(prefix_of(node.field.value()), word);
                }
            }
            return;
        case Type::everything:
        case Type::none:
            return;
        }
    }

    /// A word typed with marks: documents that have it so come first.
    void add_marked(std::string_view prefix, const std::string& word)
    {
        if (word != folded(word) && prefix.size() + word.size() <= kMaxTermSize) {
            marked_.emplace_back(term(prefix, word));
        }
    }

    void collect_all(const QueryNode& node, bool required)
    {
        std::vector<std::string> side_by_side;
        const auto flush = [&] {
            if (!side_by_side.empty()) {
                add_run(side_by_side, required);
                side_by_side.clear();
            }
        };
        for (const auto& child : node.children) {
            if (child.type == Type::word) {
                side_by_side.push_back(child.words.front());
                continue;
            }
            flush();
            collect(child, required);
        }
        flush();
    }

    void add_run(const std::vector<std::string>& exact, bool required)
    {
        Run run;
        for (const auto& word : exact) {
            run.push_back(folded(word));
            if (required) {
                add_marked(kExactPrefix, word);
            }
            const bool known =
                std::any_of(words_.begin(), words_.end(), [&](const auto& w) { return w.folded == run.back(); });
            if (!known) {
                words_.push_back({word, run.back()});
            }
        }
        runs_.push_back(std::move(run));
    }

    /// Pairs, and words and pairs of the title: the parts of the ranking that no document must have.
    Queries rank_parts() const
    {
        Queries parts;
        for (const auto& run : runs_) {
            for (std::size_t i = 0; i < run.size(); ++i) {
                parts.push_back(scaled(Xapian::Query{term(kTitlePrefix, run[i])}, kTitleWeight));
                if (i > 0) {
                    const auto pair = run[i - 1] + " " + run[i];
                    parts.emplace_back(term(kPairPrefix, pair));
                    parts.push_back(scaled(Xapian::Query{term(kTitlePairPrefix, pair)}, kTitleWeight));
                }
            }
            add_numbers(parts, run);
        }
        return parts;
    }

    /// `3163 bc bqp` in a row is the number 3163/BC-BQP; 3163 alone may be one.
    void add_numbers(Queries& parts, const Run& run) const
    {
        for (std::size_t begin = 0; begin < run.size(); ++begin) {
            if (!is_number_word(run[begin])) {
                continue;
            }
            if (!is_year_or_small(run[begin])) {
                parts.push_back(scaled(Xapian::Query{code_term(Field::number, run[begin])}, kNumberWeight));
            }
            for (auto end = begin + 2; end <= std::min(run.size(), begin + kMaxNumberWords); ++end) {
                const auto own = code_term(Field::number, joined(run, begin, end));
                if (own.size() <= kMaxTermSize && database_.term_exists(own)) {
                    parts.push_back(constant(kOwnNumberTier, Xapian::Query{own}));
                }
            }
        }
    }

    /// The words of a short query side by side. Its neighbouring pairs come first, so positions are read for few
    /// documents only.
    std::optional<Xapian::Query> side_by_side() const
    {
        if (runs_.size() != 1 || runs_.front().size() < 2 || runs_.front().size() > kMaxPhraseWords) {
            return std::nullopt;
        }
        const auto& run = runs_.front();
        Queries needed;
        Queries words;
        for (std::size_t i = 0; i < run.size(); ++i) {
            words.push_back(one(run[i]));
            if (i > 0) {
                needed.push_back(one(term(kPairPrefix, run[i - 1] + " " + run[i])));
            }
        }
        if (run.size() > 2) {
            needed.emplace_back(Xapian::Query::OP_PHRASE, words.begin(), words.end(),
                                static_cast<Xapian::termcount>(words.size()));
        }
        return all_of(needed);
    }

    Xapian::Query with_ranking(const Xapian::Query& base) const
    {
        auto query = base;
        const auto parts = rank_parts();
        if (!parts.empty()) {
            query = {Xapian::Query::OP_AND_MAYBE, query, any_of(parts)};
        }
        if (const auto phrase = side_by_side()) {
            query = {Xapian::Query::OP_AND_MAYBE, query, constant(kSideBySideTier, *phrase)};
        }
        if (!marked_.empty()) {
            query = {Xapian::Query::OP_AND_MAYBE, query, constant(kExactTier, all_of(marked_))};
        }
        return query;
    }

    // --- what is left when not all words can be had together

    void add_relaxed(QueryPlan& plan, const QueryNode& root)
    {
        Queries soft;
        Queries hard;
        Queries unwanted;
        if (root.type == Type::all) {
            for (const auto& child : root.children) {
                sort_child(child, soft, hard, unwanted);
            }
        }
        if (soft.size() < 2) {
            return;
        }
        auto parts = rank_parts();
        parts.insert(parts.end(), soft.begin(), soft.end());
        auto query = any_of(parts);
        if (!hard.empty()) {
            query = {Xapian::Query::OP_FILTER, query, all_of(hard)};
        }
        if (!unwanted.empty()) {
            query = {Xapian::Query::OP_AND_NOT, query, any_of(unwanted)};
        }
        plan.relaxed = query;
    }

    void sort_child(const QueryNode& child, Queries& soft, Queries& hard, Queries& unwanted)
    {
        if (child.type == Type::none) {
            unwanted.push_back(strict(child.children.front()));
        } else if (child.type == Type::word || child.type == Type::phrase) {
            soft.push_back(strict(child));
        } else {
            hard.push_back(strict(child));
        }
    }

    std::optional<std::uint64_t> known_total(const QueryNode& root) const
    {
        if (root.type == Type::everything) {
            return database_.get_termfreq(std::string{kEveryDocumentTerm});
        }
        if (root.type == Type::field && !root.dates && root.words.empty()) {
            const auto name = code_term(root.field.value(), root.value);
            return name.size() > kMaxTermSize ? 0 : std::uint64_t{database_.get_termfreq(name)};
        }
        return std::nullopt;
    }

    const Xapian::Database& database_;
    std::vector<Run> runs_;
    std::vector<PlannedWord> words_;
    Queries marked_;
};

/// Documents whose owner, day and saved set one part of a reach asks for.
Xapian::Query part_query(const auth::Reach::Part& part, const Xapian::Database& database)
{
    Queries conditions;
    if (!part.every_unit) {
        Queries owners;
        for (const auto unit : part.units) {
            owners.emplace_back(owner_term(unit));
        }
        conditions.push_back(any_of(owners));
    }
    if (part.from || part.to) {
        conditions.push_back(DateTerms{database}.query({.from = part.from, .to = part.to}));
    }
    if (part.set) {
        conditions.emplace_back(set_term(*part.set));
    }
    return {Xapian::Query::OP_AND, conditions.begin(), conditions.end()};
}

/// What stands inside every query of a reader: joined by FILTER or AND_NOT, one after the other.
using Restrictions = std::vector<std::pair<Xapian::Query::op, Xapian::Query>>;

Restrictions restrictions_of(const auth::Reach& reach, const std::vector<Xapian::docid>& leaving,
                             const Xapian::Database& database)
{
    Restrictions restrictions;
    if (!reach.is_everywhere()) {
        Queries parts;
        for (const auto& part : reach.parts) {
            parts.push_back(part_query(part, database));
        }
        restrictions.emplace_back(Xapian::Query::OP_FILTER,
                                  parts.empty() ? Xapian::Query::MatchNothing : any_of(parts));
    }
    const std::string listed{kListedTerm};
    if (!reach.every_list && database.term_exists(listed)) {
        Queries own;
        for (const auto list : reach.lists) {
            own.emplace_back(list_term(list));
        }
        restrictions.emplace_back(Xapian::Query::OP_AND_NOT,
                                  Xapian::Query{Xapian::Query::OP_AND_NOT, Xapian::Query{listed}, any_of(own)});
    }
    if (!leaving.empty()) {
        ListedDocuments documents{leaving};
        restrictions.emplace_back(Xapian::Query::OP_AND_NOT, Xapian::Query{&documents}); // has a clone of its own
    }
    return restrictions;
}

Xapian::Query restricted(Xapian::Query query, const Restrictions& restrictions)
{
    for (const auto& [how, other] : restrictions) {
        query = {how, query, other};
    }
    return query;
}

/// The reader may see a document with the word; costs what it takes to meet the first one.
bool is_met(const std::string& word, const Restrictions& restrictions, const Xapian::Database& database)
{
    if (restrictions.empty()) {
        return true;
    }
    Xapian::Enquire enquire{database};
    enquire.set_query(restricted(Xapian::Query{word}, restrictions));
    enquire.set_weighting_scheme(Xapian::BoolWeight{});
    return !enquire.get_mset(0, 1).empty();
}

/// Sum of the words' inverse document frequencies. Words that no document has cannot be asked of any, and one that only
/// hidden documents have must not make a difference.
double rarity_of(const std::vector<PlannedWord>& words, const Restrictions& restrictions,
                 const Xapian::Database& database)
{
    const double documents = database.get_doccount();
    double sum = 0;
    for (const auto& word : words) {
        const double having = database.get_termfreq(word.folded);
        if (having > 0 && is_met(word.folded, restrictions, database)) {
            sum += std::log1p((documents - having + 0.5) / (having + 0.5));
        }
    }
    return sum;
}

} // namespace

QueryPlan plan_query(const QueryNode& root, const auth::Reach& reach, const std::vector<Xapian::docid>& leaving,
                     const Xapian::Database& database)
{
    auto plan = Planner{database}.plan(root);
    const auto restrictions = restrictions_of(reach, leaving, database);
    plan.filter = restricted(plan.filter, restrictions);
    plan.strict = restricted(plan.strict, restrictions);
    if (plan.relaxed) {
        plan.relaxed = restricted(*plan.relaxed, restrictions);
        plan.relaxed_minimum = kRelaxedShare * kWordWeight * rarity_of(plan.words, restrictions, database);
    }
    if (!restrictions.empty()) {
        plan.known_total.reset(); // it counts everybody's
    }
    return plan;
}

Xapian::BM25PlusWeight ranking()
{
    return {1.2, 0, 1, 0.75, 0.5, 0.7};
}

} // namespace vtlt::indexer
