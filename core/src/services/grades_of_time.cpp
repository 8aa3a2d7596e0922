// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/grades_of_time.h"

#include <vtlt/core/base/json.h>
#include <vtlt/core/db/database.h>

#include <algorithm>

namespace vtlt::services {

GradesOfTime::GradesOfTime(db::ReadTx& tx, std::span<const Uid> documents)
{
    auto select = tx.prepare(R"sql(
        SELECT audit_detail.object, audit_detail.seq, audit_detail.detail
          FROM audit_detail
          JOIN audit_leaf ON audit_leaf.seq = audit_detail.seq
         WHERE audit_detail.object IN {ids ?1} AND audit_leaf.leaf LIKE ?2
         ORDER BY audit_detail.seq
    )sql");
    // A leaf is canonical JSON: its keys are sorted and nothing stands between them.
    select.bind_list(1, documents).bind(2, R"({"action":"document.reclassified",%)");
    while (select.step()) {
        const auto detail = Json::parse(select.text(2), nullptr, false);
        const auto grade = [&](const char* side) {
            const Json::json_pointer place{std::string{"/changes/secrecy/"} + side};
            const bool is_there = detail.is_object() && detail.contains(place) && detail.at(place).is_string();
            // What cannot be read is taken for the highest.
            return is_there ? secrecy_from_name(detail.at(place).get<std::string>()).value_or(kBands.back())
                            : kBands.back();
        };
        changes_[select.text(0)].push_back({.seq = select.integer(1), .before = grade("old"), .after = grade("new")});
    }
}

Secrecy GradesOfTime::at(const Uid& document, std::int64_t seq, Secrecy now) const
{
    const auto found = changes_.find(document);
    if (found == changes_.end()) {
        return now;
    }
    const auto next = std::ranges::lower_bound(found->second, seq, {}, &Change::seq);
    if (next == found->second.end()) {
        return now;
    }
    return next->seq == seq ? std::max(next->before, next->after) : next->before;
}

} // namespace vtlt::services
