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
/// A title as it is kept: NFC, one line. Throws invalid `text.not_utf8`, `title.blank`.
std::string clean_title(std::string_view typed);

/// Throws conflict `unit.exists`, `unit.exists_in_other_case`, not_found `unit.not_found` (the parent), invalid
/// `unit.bad_code`, `text.not_utf8`, `title.blank`.
catalog::Unit create_unit(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view code,
                          std::string_view title, std::string_view parent);

struct NewDossier
{
    std::string code;
    std::string title;
    std::string unit;        ///< code; empty: the root unit
    std::optional<int> year; ///< empty: of opened_on, else of today
    std::optional<Date> opened_on;
    Secrecy secrecy = Secrecy::open;
};

/// Throws conflict `dossier.exists`, `dossier.exists_in_other_case`, not_found `unit.not_found`, invalid
/// `dossier.bad_code`, `dossier.bad_year`, `ingest.above_highest_grade`, `text.not_utf8`, `title.blank`.
catalog::Dossier create_dossier(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                const NewDossier& dossier);

} // namespace vtlt::services
