// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/reach_sql.h>

#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

ReachSql::ReachSql(const auth::Reach& reach, const Columns& columns, int first)
    : reach_(reach), first_(first), next_(first)
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
    if (!reach_.is_whole()) {
        std::string parts;
        for (const auto& part : reach_.parts) {
            std::string one;
            const auto add = [&](std::string_view column, std::string_view sign, const std::string& value) {
                one.append(one.empty() ? "" : " AND ").append(column).append(sign).append(value);
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
            parts += (parts.empty() ? "(" : " OR (") + one + ")";
        }
        text_ += " AND (" + parts + ")";
    }
    text_ += ")";
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
    if (reach_.bands.front() != kBands.front()) {
        statement.bind(at++, static_cast<int>(reach_.bands.front()));
    }
    if (reach_.is_whole()) {
        return statement;
    }
    for (const auto& part : reach_.parts) {
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
    }
    return statement;
}

} // namespace vtlt::catalog
