// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/reach_sql.h>

#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

ReachSql::ReachSql(const auth::Reach& reach, const Columns& columns, int first)
    : reach_(reach), asks_lists_(!reach.every_list && columns.list != "NULL"), has_sets_(!columns.document.empty()),
      first_(first), next_(first)
{
    if (reach_.is_nothing()) {
        text_ = "(1 = 0)";
        return;
    }
    // Bands have no gap: all up to a clearance, or (auth::told_reach) all above one.
    text_ = "(" + std::string{columns.secrecy} + " <= " + parameter();
    if (reach_.bands.front() != kBands.front()) {
        text_ += " AND " + std::string{columns.secrecy} + " >= " + parameter();
    }
    if (asks_lists_) {
        text_.append(" AND (").append(columns.list).append(" IS NULL");
        if (!reach_.lists.empty()) {
            text_.append(" OR ").append(columns.list).append(" IN {ids ").append(parameter()).append("}");
        }
        text_ += ")";
    }
    if (!reach_.is_everywhere()) {
        std::string parts;
        for (const auto& part : reach_.parts) {
            parts += (parts.empty() ? "(" : " OR (") + part_text(part, columns) + ")";
        }
        text_ += " AND (" + parts + ")";
    }
    text_ += ")";
}

/// What one part asks for; bind_to binds in the same order.
std::string ReachSql::part_text(const auth::Reach::Part& part, const Columns& columns)
{
    if (is_never(part)) {
        return "1 = 0";
    }
    std::string text;
    const auto add = [&](std::string_view column, std::string_view sign, const std::string& value) {
        text.append(text.empty() ? "" : " AND ").append(column).append(sign).append(value);
    };
    if (!part.every_unit) {
        add(columns.unit, " IN ", "{ids " + parameter() + "}");
    }
    if (part.from) {
        add(columns.day, " >= ", parameter());
    }
    if (part.to) {
        add(columns.day, " <= ", parameter());
    }
    if (part.set) {
        add("EXISTS (SELECT 1 FROM record_set_document", " WHERE record_set_document.record_set_id = ",
            parameter() + " AND record_set_document.document_id = " + std::string{columns.document} + ")");
    }
    return text;
}

std::string ReachSql::parameter()
{
    return "?" + std::to_string(next_++);
}

db::Statement& ReachSql::bind_to(db::Statement& statement) const
{
    if (reach_.is_nothing()) {
        return statement;
    }
    int at = first_;
    const auto bind_keys = [&](const auto& ids) {
        std::vector<std::int64_t> keys;
        keys.reserve(ids.size());
        for (const auto id : ids) {
            keys.push_back(id.value);
        }
        statement.bind_list(at++, keys);
    };
    statement.bind(at++, static_cast<int>(reach_.bands.back()));
    if (reach_.bands.front() != kBands.front()) {
        statement.bind(at++, static_cast<int>(reach_.bands.front()));
    }
    if (asks_lists_ && !reach_.lists.empty()) {
        bind_keys(reach_.lists);
    }
    if (reach_.is_everywhere()) {
        return statement;
    }
    for (const auto& part : reach_.parts) {
        if (is_never(part)) {
            continue;
        }
        if (!part.every_unit) {
            bind_keys(part.units);
        }
        if (part.from) {
            statement.bind(at++, *part.from);
        }
        if (part.to) {
            statement.bind(at++, *part.to);
        }
        if (part.set) {
            statement.bind(at++, *part.set);
        }
    }
    return statement;
}

} // namespace vtlt::catalog
