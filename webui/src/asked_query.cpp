// SPDX-License-Identifier: GPL-3.0-or-later
#include "asked_query.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/indexer/query.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace vtlt::webui {

namespace {

constexpr std::array<std::string_view, 3> kSorts{"score", "newest", "oldest"};

std::string asked_value(const Call& call, std::string_view name)
{
    auto value = call.field(name);
    return value.empty() ? call.query(name) : value;
}

std::size_t limit_of(const std::string& text)
{
    if (text.empty()) {
        return 20;
    }
    std::size_t limit = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (problem != std::errc{} || end != text.data() + text.size()) {
        throw Error{Kind::invalid, "search.limit", {{"limit", text}, {"most", "200"}}};
    }
    return limit;
}

} // namespace

std::string AskedQuery::text() const
{
    const auto days = (bad_from ? std::string{} : from) + ".." + (bad_to ? std::string{} : to);
    if (days == "..") {
        return q;
    }
    // The brackets keep an OR of the reader's own from taking the days to one side of it.
    return (q.empty() ? std::string{} : "(" + q + ") ") + "ngay:" + days;
}

std::vector<std::pair<std::string_view, std::string>> AskedQuery::parts() const
{
    return {{"q", q}, {"from", from}, {"to", to}, {"relaxed", relaxed ? "1" : ""}};
}

AskedQuery asked_query(const Call& call)
{
    AskedQuery asked{.q = asked_value(call, "q"),
                     .from = asked_value(call, "from"),
                     .to = asked_value(call, "to"),
                     .sort = asked_value(call, "sort"),
                     .relaxed = asked_value(call, "relaxed") == "1",
                     .cursor = asked_value(call, "cursor"),
                     .limit = limit_of(asked_value(call, "limit"))};
    if (!asked.sort.empty() && std::ranges::find(kSorts, asked.sort) == kSorts.end()) {
        throw Error{Kind::invalid, "search.sort", {{"value", asked.sort}}};
    }
    asked.bad_from = !asked.from.empty() && !indexer::parse_date_range(asked.from);
    asked.bad_to = !asked.to.empty() && !indexer::parse_date_range(asked.to);
    return asked;
}

indexer::SearchRequest search_request(const AskedQuery& asked, const auth::Actor& actor)
{
    const auto sort = std::ranges::find(kSorts, asked.sort);
    return {.query = asked.text(),
            .limit = asked.limit,
            .cursor = asked.cursor,
            .reach = auth::reach_of(actor, auth::Action::document_read),
            .told = auth::told_reach(actor, auth::Action::document_read),
            .relaxed = asked.relaxed,
            .sort =
                sort == kSorts.end() ? indexer::Sort::relevance : static_cast<indexer::Sort>(sort - kSorts.begin())};
}

FoundNow search(const Call& call, const AskedQuery& asked)
{
    const auto request = search_request(asked, call.actor);
    // Counted before: what is applied in between is found, and told as pending once too often, never once too seldom.
    const auto pending = [&] {
        auto tx = call.archive().database().read();
        return outbox::count_pending(tx, request.reach);
    }();
    return {call.house.searchers.with([&](indexer::Searcher& searcher) { return searcher.search(request); }), pending};
}

} // namespace vtlt::webui
