// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/services/archive.h>

#include <optional>
#include <string>
#include <string_view>

/// Units and dossiers: permission, transaction, event.
namespace vtlt::services {

/// What a person typed, in NFC. Throws invalid `text.not_utf8`.
std::string clean_text(std::string_view typed);
/// The same on one line of at most `longest` characters. Throws invalid `text.not_utf8`, `document.too_long`.
std::string clean_line(std::string_view typed, std::size_t longest);
/// A title as it is kept: NFC, one line. Throws invalid `text.not_utf8`, `title.blank`.
std::string clean_title(std::string_view typed);

struct NewUnit
{
    std::string code;
    std::string title;
    std::string parent = {};                      ///< code; empty: the root unit
    std::optional<Date> opened_on = std::nullopt; ///< absent: since ever
};

/// Throws conflict `unit.exists`, `unit.exists_in_other_case`, `unit.closed` (the parent), not_found `unit.not_found`
/// (the parent), invalid `unit.bad_code`, `text.not_utf8`, `title.blank`, forbidden `auth.forbidden`.
catalog::Unit create_unit(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewUnit& wanted);

/// From `on` on it is called otherwise; its code stays. Throws not_found `unit.not_found`, conflict `unit.closed`,
/// invalid `unit.bad_day` (in the future, or not after the last renaming), `title.blank`, `text.not_utf8`, forbidden
/// `auth.forbidden`.
catalog::Unit rename_unit(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view code,
                          std::string_view title, std::optional<Date> on);

/// Whether who may not read a record of the unit may know that there is one (auth::is_told). Event `unit.changed`;
/// nothing where it is so already. Throws not_found `unit.not_found`, conflict `unit.closed`, forbidden
/// `auth.forbidden`, invalid `unit.no_policy` (neither was said).
catalog::Unit set_unit_policy(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view code,
                              std::optional<bool> tells_hidden);

/// giải thể, sáp nhập, chia tách: units that are no more, and who has their place. Their records keep the unit of their
/// time; who has rights in a successor has them for these records too. Rights in a closed unit end to reach anything.
struct UnitClosing
{
    std::vector<std::string> units;        ///< codes
    std::vector<std::string> successors;   ///< codes; none: what they leave is their parents' to look after
    std::optional<Date> on = std::nullopt; ///< the first day on which they are no more; absent: today
    bool move_people =
        false; ///< who works there, with his roles, goes to the one successor; each role waits to be confirmed
};
struct ClosedUnits
{
    std::vector<catalog::Unit> units;
    std::int64_t people = 0; ///< who work there
    std::int64_t grants = 0; ///< roles granted there: ended by the closing, or moved
};
/// Throws not_found `unit.not_found`, conflict `unit.closed` (one of them, or a successor), `unit.is_root`,
/// `unit.successor_below` (a successor is a closing unit or below one), invalid `unit.none_named`, `unit.one_successor`
/// (people can only move to one, and not on a day to come), forbidden `auth.forbidden`.
ClosedUnits close_units(Archive& archive, const Clock& clock, const auth::Actor& actor, const UnitClosing& closing);

struct NewDossier
{
    std::string code;
    std::string title;
    std::string unit;        ///< code; empty: the root unit
    std::optional<int> year; ///< empty: of opened_on, else of today
    std::optional<Date> opened_on;
    Secrecy secrecy = Secrecy::open;
};

/// Throws conflict `dossier.exists`, `dossier.exists_in_other_case`, `unit.closed`, not_found `unit.not_found`, invalid
/// `dossier.bad_code`, `dossier.bad_year`, `ingest.above_highest_grade`, `text.not_utf8`, `title.blank`.
catalog::Dossier create_dossier(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                const NewDossier& dossier);

} // namespace vtlt::services
