// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/registration.h>

#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/core/db/database.h>

#include <set>

namespace vtlt::audit {

namespace {

constexpr std::string_view kSelectOfDocuments = R"sql(
    SELECT audit_detail.seq, audit_detail.object, audit_detail.detail
      FROM audit_detail
      JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
     WHERE audit_detail.object IN {ids ?1} AND audit_leaf.leaf LIKE ?2
)sql";
constexpr std::string_view kSelectEvents = R"sql(
    SELECT audit_leaf.seq, audit_leaf.leaf, audit_detail.salt, audit_detail.detail, audit_detail.object,
           document.secrecy
      FROM audit_leaf
      JOIN audit_detail ON audit_detail.seq = audit_leaf.seq
      JOIN document ON document.uid = audit_detail.object
     WHERE audit_leaf.seq IN {ids ?1}
     ORDER BY audit_leaf.seq
)sql";

/// Events of one action. A leaf begins with its action: canonical JSON has its keys in order.
db::Statement select_of(db::ReadTx& tx, std::span<const Uid> documents, std::string_view action)
{
    auto select = tx.prepare(kSelectOfDocuments);
    select.bind_list(1, documents).bind(2, R"({"action":")" + std::string{action} + R"(",%)");
    return select;
}

std::optional<Secrecy> grade_in(const SortedJson& json, const char* key)
{
    const auto found = json.is_object() ? json.find(key) : json.end();
    return found != json.end() && found->is_string() ? secrecy_from_name(found->get<std::string>()) : std::nullopt;
}

/// What a change of grade tells of itself; one that cannot be read is taken for a lowering.
bool was_lowered(const std::string& detail)
{
    const auto json = SortedJson::parse(detail, nullptr, false);
    const auto changes = json.is_object() ? json.value("changes", SortedJson{}) : SortedJson{};
    const auto change = changes.is_object() ? changes.value("secrecy", SortedJson{}) : SortedJson{};
    const auto before = grade_in(change, "old");
    const auto after = grade_in(change, "new");
    return !before || !after || *after < *before;
}

std::set<Uid> list_lowered(db::ReadTx& tx, std::span<const Uid> documents)
{
    std::set<Uid> lowered;
    auto select = select_of(tx, documents, "document.reclassified");
    while (select.step()) {
        if (was_lowered(select.text(2))) {
            lowered.insert(select.text(1));
        }
    }
    return lowered;
}

} // namespace

std::vector<std::int64_t> list_registrations(db::ReadTx& tx, std::span<const Uid> documents)
{
    std::vector<std::int64_t> events;
    auto select = select_of(tx, documents, "document.registered");
    while (select.step()) {
        events.push_back(select.integer(0));
    }
    return events;
}

std::vector<Registration> read_registrations(db::ReadTx& tx, std::span<const std::int64_t> events)
{
    std::vector<Registration> found;
    std::vector<Uid> documents;
    auto select = tx.prepare(kSelectEvents);
    select.bind_list(1, events);
    while (select.step()) {
        Registration one{.seq = select.integer(0), .leaf = select.text(1)};
        SaltedDetail detail{.salt = select.bytes(2), .detail = select.text(3)};
        const auto then = grade_in(SortedJson::parse(detail.detail, nullptr, false), "secrecy");
        if (then && *then <= static_cast<Secrecy>(select.integer(5))) {
            one.detail = std::move(detail);
        }
        documents.push_back(select.text(4));
        found.push_back(std::move(one));
    }
    const auto lowered = list_lowered(tx, documents);
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (lowered.contains(documents[i])) {
            found[i].detail.reset();
        }
    }
    return found;
}

} // namespace vtlt::audit
