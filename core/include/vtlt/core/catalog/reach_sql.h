// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>

#include <string>
#include <string_view>

namespace vtlt::db {
class Statement;
}

namespace vtlt::catalog {

/// auth::Reach as a condition of SQL: the same decision, made by the engine over a whole table. Says what
/// auth::Reach::contains says (a property test holds them together).
///
///     const ReachSql reach{asked, kDocumentReach, 2};
///     auto select = tx.prepare("SELECT … FROM document WHERE id > ?1 AND " + reach.text());
///     reach.bind_to(select.bind(1, after));
class ReachSql
{
public:
    /// Where a record has what rights look at.
    struct Columns
    {
        std::string_view secrecy;
        std::string_view unit;
        std::string_view day;
        std::string_view list = "NULL"; ///< its need-to-know list; NULL: on none
        std::string_view document = {}; ///< its key, for saved sets; empty: no set has any of these records
    };

    /// `first`: number of its first parameter.
    ReachSql(const auth::Reach& reach, const Columns& columns, int first);

    /// In brackets.
    const std::string& text() const { return text_; }
    /// The first parameter after it.
    int next() const { return next_; }
    db::Statement& bind_to(db::Statement& statement) const;

private:
    std::string parameter();
    std::string part_text(const auth::Reach::Part& part, const Columns& columns);
    bool is_never(const auth::Reach::Part& part) const { return part.set && !has_sets_; }

    const auth::Reach& reach_;
    bool asks_lists_;
    bool has_sets_;
    int first_;
    int next_;
    std::string text_;
};

inline constexpr ReachSql::Columns kDocumentReach{"document.secrecy", "document.unit_id", "document.issued_on",
                                                  "document.reader_list_id", "document.id"};
/// Of a dossier the day it was opened counts, else the first of its year (dossier_day).
inline constexpr ReachSql::Columns kDossierReach{"dossier.secrecy", "dossier.unit_id",
                                                 "coalesce(dossier.opened_on, dossier.year * 10000 + 101)"};

} // namespace vtlt::catalog
