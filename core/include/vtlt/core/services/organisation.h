// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/services/archive.h>

#include <optional>
#include <string>
#include <string_view>

/// Units and dossiers: permission, transaction, event.
namespace vtlt::services {

/// Throws conflict `unit.exists`, not_found `unit.not_found` (the parent), invalid `unit.bad_code`.
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

/// Throws conflict `dossier.exists`, not_found `unit.not_found`, invalid `dossier.bad_code`,
/// `ingest.above_highest_grade`.
catalog::Dossier create_dossier(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                const NewDossier& dossier);

} // namespace vtlt::services
