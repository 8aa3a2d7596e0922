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

    const auth::Reach& reach_;
    bool asks_lists_;
    int first_;
    int next_;
    std::string text_;
};

inline constexpr ReachSql::Columns kDocumentReach{"document.secrecy", "document.unit_id", "document.issued_on",
                                                  "document.reader_list_id"};
/// Of a dossier the day it was opened counts, else the first of its year (dossier_day).
inline constexpr ReachSql::Columns kDossierReach{"dossier.secrecy", "dossier.unit_id",
                                                 "coalesce(dossier.opened_on, dossier.year * 10000 + 101)"};

} // namespace vtlt::catalog
