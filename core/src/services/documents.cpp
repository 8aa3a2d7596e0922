// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/documents.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/kind.h>
#include <vtlt/core/outbox/index_outbox.h>

#include "services/document_changes.h"
#include "services/grades_of_time.h"
#include "services/visible_document.h"

#include <algorithm>
#include <array>
#include <map>

namespace vtlt::services {

namespace {

constexpr int kFirstYear = 1900;
constexpr std::size_t kLongestReason = 500;
constexpr std::string_view kMode = "mode";
constexpr std::string_view kEdited = "document.edited";

/// A described value that is a text: where it lies in a document, in its changes, and how long it may be.
struct TextRow
{
    std::string_view name;
    std::string catalog::Document::*value;
    std::optional<std::string> DocumentChanges::*change;
    std::size_t longest;
};

constexpr std::array kTexts{
    TextRow{"kind", &catalog::Document::kind, &DocumentChanges::kind, 20},
    TextRow{"number", &catalog::Document::number, &DocumentChanges::number, 50},
    TextRow{"symbol", &catalog::Document::symbol, &DocumentChanges::symbol, 100},
    TextRow{"issuer", &catalog::Document::issuer, &DocumentChanges::issuer, 500},
    TextRow{"signer", &catalog::Document::signer, &DocumentChanges::signer, 200},
    TextRow{"title", &catalog::Document::title, &DocumentChanges::title, 2000},
};

std::string day_text(std::optional<Date> day)
{
    return day ? format_date(*day) : std::string{};
}

/// Another's wish for each value, cleaned, with all mistakes at once.
class Wish
{
public:
    Wish(const Clock& clock, const DocumentChanges& changes) : changes_(changes)
    {
        for (const auto& row : kTexts) {
            if (auto& value = changes_.*row.change) {
                clean(row, *value);
            }
        }
        check_date(clock);
        check_mode();
        clean({"reason", nullptr, nullptr, kLongestReason}, changes_.reason);
    }

    CheckedChanges checked() && { return {.changes = std::move(changes_), .problems = std::move(problems_)}; }

private:
    void add_problem(std::string_view name, std::string code, Fields fields = {})
    {
        problems_.push_back({"/" + std::string{name}, std::move(code), std::move(fields)});
    }

    void clean(const TextRow& row, std::string& value)
    {
        if (!text::is_utf8(value)) {
            add_problem(row.name, "text.not_utf8", {{"value", text::one_line(text::repair_utf8(value))}});
            return;
        }
        value = text::one_line(text::to_nfc(value));
        if (text::length(value) > row.longest) {
            add_problem(row.name, "document.too_long", {{"limit", std::to_string(row.longest)}});
        } else if (row.name == "title" && value.empty()) {
            add_problem(row.name, "title.blank");
        } else if (row.name == "kind" && !value.empty() && catalog::kind_title(value).empty()) {
            add_problem(row.name, "document.unknown_kind", {{"value", value}});
        }
    }

    /// Nothing is issued tomorrow, nor before there were such documents.
    void check_date(const Clock& clock)
    {
        if (!changes_.issued_on || !*changes_.issued_on) {
            return;
        }
        const auto day = **changes_.issued_on;
        if (!day.ok() || int{day.year()} < kFirstYear || day > clock.today()) {
            add_problem("issued_on", "document.bad_date",
                        {{"from", std::to_string(kFirstYear)}, {"to", format_date(clock.today())}});
        }
    }

    void check_mode()
    {
        if (changes_.mode && !use_mode_from_name(*changes_.mode)) {
            add_problem(kMode, "document.unknown_mode", {{"value", text::one_line(text::repair_utf8(*changes_.mode))}});
        }
    }

    DocumentChanges changes_;
    std::vector<Problem> problems_;
};

/// Who wants a document secret raises its grade; a mode alone would protect nothing.
void require_fitting_mode(const catalog::Document& document)
{
    if (!fits(document.mode, document.secrecy)) {
        throw Error{
            Kind::invalid, "document.bad_values", {}, {{"/" + std::string{kMode}, "document.mode_against_grade", {}}}};
    }
}

/// What differs, as the event tells it: {"title":{"old":…,"new":…}}.
SortedJson differences(const catalog::Document& before, const catalog::Document& after)
{
    auto changes = SortedJson::object();
    const auto compare = [&](std::string_view name, const std::string& old_value, const std::string& new_value) {
        if (old_value != new_value) {
            changes[std::string{name}] = {{"old", old_value}, {"new", new_value}};
        }
    };
    for (const auto& row : kTexts) {
        compare(row.name, before.*row.value, after.*row.value);
    }
    compare("issued_on", day_text(before.issued_on), day_text(after.issued_on));
    compare(kMode, std::string{use_mode_name(before.mode)}, std::string{use_mode_name(after.mode)});
    return changes;
}

[[noreturn]] void refuse_changed_meanwhile(const catalog::Document& now, const SortedJson& changes)
{
    Fields fields{{"document", now.uid}, {"revision", std::to_string(now.revision)}};
    for (const auto& [name, change] : changes.items()) {
        fields.emplace_back(name, change.at("old").get<std::string>());
    }
    throw Error{Kind::conflict, "document.changed_meanwhile", std::move(fields)};
}

/// What the reader may know of an event: of a time when the document was above his clearance only that there was one.
HistoryEntry read_entry(const db::Statement& select, bool tells_numbers, bool is_hidden)
{
    HistoryEntry entry{.is_hidden = is_hidden};
    const auto leaf = SortedJson::parse(select.text(1), nullptr, false);
    if (leaf.is_object()) {
        entry.at = parse_instant(leaf.value("at", std::string{})).value_or(Instant{});
        entry.action = leaf.value("action", std::string{});
        entry.actor = leaf.value("actor", std::string{});
    }
    if (tells_numbers) {
        entry.seq = select.integer(0);
    }
    const auto detail = SortedJson::parse(select.text(2), nullptr, false);
    if (is_hidden || !detail.is_object()) {
        return entry;
    }
    const auto changes = detail.value("changes", SortedJson::object());
    for (const auto& [name, change] : changes.items()) {
        entry.changes.push_back({name, change.value("old", std::string{}), change.value("new", std::string{})});
    }
    entry.reason = detail.value("reason", std::string{});
    if (entry.action == kEdited && detail.contains("revision")) {
        entry.revision = detail.at("revision").get<std::int64_t>();
    }
    return entry;
}

void add_names(db::ReadTx& tx, std::vector<HistoryEntry>& entries)
{
    std::vector<std::string> uids;
    for (const auto& entry : entries) {
        if (is_uid(entry.actor)) {
            uids.push_back(entry.actor);
        }
    }
    const auto names = catalog::list_full_names(tx, uids);
    for (auto& entry : entries) {
        if (const auto name = names.find(entry.actor); name != names.end()) {
            entry.actor_name = name->second;
        }
    }
}

/// Adds those of `ids` that are readable and not there yet.
void add_related(db::ReadTx& tx, const auth::Actor& actor, Relation relation, const catalog::Document& document,
                 std::span<const DocumentId> ids, std::vector<RelatedDocument>& related)
{
    for (auto& view : catalog::list_views(tx, ids)) {
        const auto& other = view.document;
        const bool is_there = other.id == document.id || std::ranges::any_of(related, [&](const RelatedDocument& one) {
                                  return one.view.document.id == other.id;
                              });
        const bool fits = relation == Relation::same_content || catalog::may_be_of_one_year(document, other);
        if (!is_there && fits && auth::is_allowed(actor, auth::Action::document_read, catalog::target_of(other))) {
            related.push_back({relation, std::move(view)});
        }
    }
}

} // namespace

CheckedChanges check_changes(const Clock& clock, const DocumentChanges& wished)
{
    return Wish{clock, wished}.checked();
}

catalog::Document with_changes(catalog::Document document, const DocumentChanges& checked)
{
    for (const auto& row : kTexts) {
        if (const auto& value = checked.*row.change) {
            document.*row.value = *value;
        }
    }
    if (checked.issued_on) {
        document.issued_on = *checked.issued_on;
    }
    if (checked.mode) {
        document.mode = *use_mode_from_name(*checked.mode);
    }
    return document;
}

bool changes_anything(const catalog::Document& document, const DocumentChanges& checked)
{
    return !differences(document, with_changes(document, checked)).empty();
}

catalog::Document write_changes(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                const catalog::Document& before, std::int64_t seen, const DocumentChanges& changes,
                                std::optional<std::int64_t> restored_from)
{
    auto wish = check_changes(clock, changes);
    if (!wish.problems.empty()) {
        throw Error{Kind::invalid, "document.bad_values", {}, std::move(wish.problems)};
    }
    auto after = with_changes(before, wish.changes);
    const auto changed = differences(before, after);
    if (before.revision != seen) {
        refuse_changed_meanwhile(before, changed);
    }
    if (changed.empty()) {
        return before; // what is written is nothing
    }
    require_fitting_mode(after);
    after.revision = before.revision + 1;
    catalog::update_description(tx, after);
    SortedJson detail{{"revision", after.revision}, {"changes", changed}};
    if (!wish.changes.reason.empty()) {
        detail["reason"] = wish.changes.reason;
    }
    if (restored_from) {
        detail["restored_from"] = *restored_from;
    }
    audit::record_event(tx, clock, actor, {std::string{kEdited}, before.uid, std::move(detail)});
    outbox::request_reindex(tx, before.id, before.secrecy);
    return after;
}

namespace {

/// What `field` was before the edit that made `revision`; nullopt where the reader can know of none.
std::optional<std::string> value_before(db::ReadTx& tx, const auth::Actor& actor, const catalog::Document& document,
                                        std::string_view field, std::int64_t revision)
{
    const std::array uids{document.uid};
    const GradesOfTime grades{tx, uids};
    auto select = tx.prepare(R"sql(
        SELECT audit_detail.seq, audit_leaf.leaf, audit_detail.detail
          FROM audit_detail
          JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         WHERE audit_detail.object = ?1
         ORDER BY audit_detail.seq
    )sql");
    select.bind(1, document.uid);
    while (select.step()) {
        const bool is_hidden = grades.at(document.uid, select.integer(0), document.secrecy) > actor.clearance;
        const auto entry = read_entry(select, false, is_hidden);
        if (entry.revision == revision) {
            const auto change = std::ranges::find(entry.changes, field, &ValueChange::field);
            return change != entry.changes.end() ? std::optional{change->before} : std::nullopt;
        }
    }
    return std::nullopt;
}

DocumentChanges one_change(std::string_view field, const std::string& value)
{
    DocumentChanges changes;
    if (field == "issued_on") {
        changes.issued_on = parse_date(value);
        return changes;
    }
    if (field == kMode) {
        changes.mode = value;
        return changes;
    }
    const auto row = std::ranges::find(kTexts, field, &TextRow::name);
    ensure(row != kTexts.end(), "an edit names values that can be edited");
    changes.*row->change = value;
    return changes;
}

} // namespace

catalog::Document update_document(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                                  std::int64_t seen, const DocumentChanges& changes)
{
    auto tx = archive.database().write();
    const auto before = visible_document(tx, actor, uid);
    auth::authorize(actor, auth::Action::document_edit, catalog::target_of(before));
    auto after = write_changes(tx, clock, actor, before, seen, changes);
    tx.commit();
    return after;
}

catalog::Document restore_value(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                                std::int64_t seen, std::string_view field, std::int64_t revision,
                                std::string_view reason)
{
    auto tx = archive.database().write();
    const auto before = visible_document(tx, actor, uid);
    auth::authorize(actor, auth::Action::document_edit, catalog::target_of(before));
    if (before.revision != seen) {
        refuse_changed_meanwhile(before, SortedJson::object());
    }
    const auto value = value_before(tx, actor, before, field, revision);
    if (!value) {
        throw Error{Kind::not_found, "document.no_such_change"};
    }
    auto changes = one_change(field, *value);
    changes.reason = reason;
    auto after = write_changes(tx, clock, actor, before, seen, changes, revision);
    tx.commit();
    return after;
}

HistoryPage document_history(Archive& archive, const auth::Actor& actor, std::string_view uid, std::uint64_t start,
                             std::size_t limit)
{
    auto tx = archive.database().read();
    const auto document = visible_document(tx, actor, uid);
    const bool tells_numbers = auth::is_allowed(actor, auth::Action::audit_read, {});
    const std::array uids{document.uid};
    const GradesOfTime grades{tx, uids};
    auto select = tx.prepare(R"sql(
        SELECT audit_detail.seq, audit_leaf.leaf, audit_detail.detail
          FROM audit_detail
          JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         WHERE audit_detail.object = ?1
         ORDER BY audit_detail.seq DESC
         LIMIT ?2 OFFSET ?3
    )sql");
    select.bind(1, document.uid)
        .bind(2, static_cast<std::int64_t>(limit) + 1)
        .bind(3, static_cast<std::int64_t>(start));
    HistoryPage page;
    while (select.step()) {
        const bool is_hidden = grades.at(document.uid, select.integer(0), document.secrecy) > actor.clearance;
        page.entries.push_back(read_entry(select, tells_numbers, is_hidden));
    }
    if (page.entries.size() > limit) {
        page.entries.resize(limit);
        page.next_start = start + limit;
    }
    add_names(tx, page.entries);
    return page;
}

std::vector<RelatedDocument> document_relations(Archive& archive, const auth::Actor& actor, std::string_view uid,
                                                std::size_t limit)
{
    auto tx = archive.database().read();
    const auto document = visible_document(tx, actor, uid);
    std::vector<RelatedDocument> related;
    add_related(tx, actor, Relation::same_content, document, catalog::list_ids_by_content(tx, document.id), related);
    // A bare number says nothing: every office has a document 5.
    if (!document.number.empty() && !document.symbol.empty()) {
        add_related(tx, actor, Relation::same_number, document,
                    catalog::list_ids_by_number(tx, document.number, document.symbol), related);
    }
    if (related.size() > limit) {
        related.erase(related.begin() + static_cast<std::ptrdiff_t>(limit), related.end());
    }
    return related;
}

} // namespace vtlt::services
