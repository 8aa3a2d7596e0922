// SPDX-License-Identifier: GPL-3.0-or-later
#include "asked_query.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/indexer/field_table.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>
#include <vtlt/webui/shapes.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

Json field_rows(Language language)
{
    auto rows = Json::array();
    for (const auto& row : indexer::kFields) {
        const auto& name = language == Language::vi ? row.vietnamese : row.english;
        const auto colon = row.example.find(':');
        const auto example = std::string{name} + std::string{row.example.substr(colon)};
        rows.push_back({{"name", std::string{name} + ":"},
                        {"meaning", page_text(language, "search.field_" + std::string{row.english})},
                        {"example", example},
                        {"href", "/search?q=" + encoded(example)}});
    }
    return rows;
}

Json sort_rows(const Call& call, const AskedQuery& asked)
{
    auto rows = Json::array();
    for (const auto* value : {"score", "newest", "oldest"}) {
        rows.push_back(
            {{"value", value},
             {"text", page_text(call.language, std::string{"search.sort_"} + value)},
             {"selected", asked.sort == value || (asked.sort.empty() && std::string_view{"score"} == value)}});
    }
    return rows;
}

Json hit_view(const Call& call, const AskedQuery& asked, const indexer::Hit& hit)
{
    const auto& view = hit.view;
    auto href =
        link(document_path(view.document.uid), {{"file", hit.file && *hit.file > 1 ? std::to_string(*hit.file) : ""},
                                                {"page", hit.page ? std::to_string(*hit.page) : ""},
                                                {"q", asked.q}});
    auto line = document_line(call.language, view, href + (hit.page ? "#text" : ""));
    line["snippet"] = lit_pieces(hit.snippet, hit.marks);
    line["page_text"] = hit.page ? count_text(call.language, "search.page", static_cast<std::uint64_t>(*hit.page)) : "";
    const auto dossier = dossier_name(view);
    line["dossier"] =
        dossier.empty() ? Json() : Json{{"href", "/search?q=" + encoded("hs:" + dossier)}, {"text", dossier}};
    line["relaxed"] = hit.relaxed;
    line["source_path"] = view.document.source_path;
    return line;
}

/// Where the code point `index` begins; the end when there are fewer.
std::size_t byte_of(std::string_view text, std::size_t index)
{
    for (std::size_t byte = 0; byte < text.size(); ++byte) {
        const bool begins = (static_cast<unsigned char>(text[byte]) & 0xC0U) != 0x80U;
        if (begins && index-- == 0) {
            return byte;
        }
    }
    return text.size();
}

/// The query cut at the place that does not parse, so that the page can mark it.
Json syntax_view(const Call& call, const AskedQuery& asked, const indexer::SearchAnswer& answer)
{
    if (!answer.syntax || asked.text() != asked.q) {
        return nullptr;
    }
    const auto at = byte_of(asked.q, answer.syntax->at);
    const auto end = std::min(asked.q.find(' ', at), asked.q.size());
    return {{"before", asked.q.substr(0, at)},
            {"token", asked.q.substr(at, end - at)},
            {"after", asked.q.substr(end)},
            {"message", message(call.language, "error", answer.syntax->message)}};
}

Json chips(const AskedQuery& asked)
{
    auto list = Json::array();
    if (!asked.from.empty() || !asked.to.empty()) {
        auto without = asked;
        without.from.clear();
        without.to.clear();
        list.push_back({{"text", asked.from + " – " + asked.to}, {"href", link("/search", without.parts())}});
    }
    return list;
}

/// What the reader could leave out where nothing was found, with what he would find then.
Json drops(const Call& call, const AskedQuery& asked, const indexer::SearchAnswer& answer)
{
    auto list = Json::array();
    if (answer.total > 0 || (asked.from.empty() && asked.to.empty()) || asked.q.empty()) {
        return list;
    }
    auto without = asked;
    without.from.clear();
    without.to.clear();
    auto request = search_request(without, call.actor);
    request.count_only = true;
    request.told = {};
    const auto total =
        call.house.searchers.with([&](indexer::Searcher& searcher) { return searcher.search(request).total; });
    if (total > 0) {
        list.push_back(
            {{"text", page_text(call.language, "search.drop_dates", {{"dates", asked.from + " – " + asked.to}})},
             {"count_text", number_text(call.language, static_cast<std::int64_t>(total))},
             {"href", link("/search", without.parts())}});
    }
    return list;
}

Json page_links(const AskedQuery& asked, const indexer::SearchAnswer& answer)
{
    auto parts = asked.parts();
    parts.emplace_back("sort", asked.sort);
    const auto first = asked.cursor.empty() ? std::string{} : link("/search", parts);
    parts.emplace_back("cursor", answer.next_cursor);
    // Relaxed hits that were not asked for only fill the last page of the strict ones.
    const bool more = !answer.next_cursor.empty() && (asked.relaxed || answer.total == 0 || !answer.relaxed);
    return pages_view("", first, more ? link("/search", parts) : std::string{});
}

Json package_link(const Call& call, const AskedQuery& asked, std::uint64_t total)
{
    if (total == 0 || !auth::is_allowed_somewhere(call.actor, auth::Action::document_export)) {
        return nullptr;
    }
    return {{"href", link("/packages/new", asked.parts())},
            {"text", count_text(call.language, "search.make_package", total)}};
}

/// What "save as set" leads to: the strict hits of the query.
std::string save_link(const Call& call, const AskedQuery& asked, std::uint64_t total)
{
    const bool may = total > 0 && auth::is_allowed_somewhere(call.actor, auth::Action::record_set_create);
    return may ? link("/sets/new", {{"q", asked.q}, {"from", asked.from}, {"to", asked.to}}) : std::string{};
}

std::string relaxed_words(const indexer::SearchAnswer& answer)
{
    std::string words;
    for (const auto& word : answer.dropped) {
        words += (words.empty() ? "" : ", ") + word;
    }
    return words;
}

std::string pending_text(const Call& call, std::int64_t pending)
{
    return pending == 0 ? std::string{}
                        : count_text(call.language, "search.pending", static_cast<std::uint64_t>(pending));
}

http::Response show_search(Call& call)
{
    const auto asked = asked_query(call);
    const bool start = asked.is_empty();
    const auto [answer, pending] = start ? FoundNow{} : search(call, asked);
    auto frame = frame_of(call, "search");
    frame.query = asked.q;
    auto hits = Json::array();
    for (const auto& hit : answer.hits) {
        hits.push_back(hit_view(call, asked, hit));
        frame.secrecy = std::max(frame.secrecy, hit.view.document.secrecy);
    }
    const Json view{
        {"title", page_text(call.language, "search.title")},
        {"q", asked.q},
        {"start", start},
        {"fields", field_rows(call.language)},
        {"syntax", syntax_view(call, asked, answer)},
        {"chips", chips(asked)},
        {"facets", Json::array()},
        {"dates",
         {{"from", day_view(call.language, asked.from, asked.bad_from)},
          {"to", day_view(call.language, asked.to, asked.bad_to)}}},
        {"errors", day_errors(call.language, asked.bad_from, asked.bad_to)},
        {"sort", sort_rows(call, asked)},
        {"total_text", start ? std::string{} : count_text(call.language, "count.documents", answer.total)},
        {"hits", hits},
        {"relaxed", answer.relaxed && answer.total == 0 ? Json{{"dropped", relaxed_words(answer)}} : Json()},
        {"drops", start ? Json::array() : drops(call, asked, answer)},
        {"did_you_mean", nullptr},
        {"pages", page_links(asked, answer)},
        {"pending_text", pending_text(call, pending)},
        {"hidden_text", answer.excluded.value_or(0) > 0 ? count_text(call.language, "search.hidden", *answer.excluded)
                                                        : std::string{}},
        {"package", package_link(call, asked, answer.total)},
        {"save", save_link(call, asked, answer.total)},
        {"list", answer.total == 0 ? std::string{} : link("/search/list", asked.parts())},
        {"clear_href", "/search"}};
    return page(call, "search", view, frame);
}

constexpr std::array kRoutes{Route{"GET", "/search", Access::signed_in, auth::Action::document_read, show_search}};

} // namespace

std::span<const Route> search_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
