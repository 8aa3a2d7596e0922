// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/reach_sql.h>

#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

ReachSql::ReachSql(const auth::Reach& reach, const Columns& columns, int first)
    : reach_(reach), has_sets_(!columns.document.empty()), first_(first), next_(first)
{
    if (reach_.is_nothing()) {
        text_ = "(1 = 0)";
        return;
    }
    // Bands are all up to a clearance.
    text_ = "(" + std::string{columns.secrecy} + " <= " + parameter();
    if (!reach_.is_whole()) {
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
    statement.bind(at++, static_cast<int>(reach_.bands.back()));
    if (reach_.is_whole()) {
        return statement;
    }
    for (const auto& part : reach_.parts) {
        if (is_never(part)) {
            continue;
        }
        if (!part.every_unit) {
            std::vector<std::int64_t> units;
            units.reserve(part.units.size());
            for (const auto unit : part.units) {
                units.push_back(unit.value);
            }
            statement.bind_list(at++, units);
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
