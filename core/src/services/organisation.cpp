// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/organisation.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include "services/code.h"

namespace vtlt::services {

catalog::Unit create_unit(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view code,
                          std::string_view title, std::string_view parent)
{
    auth::authorize(actor, auth::Action::unit_create, {});
    const auto clean_code = text::to_nfc(text::repair_utf8(code));
    check_code(clean_code, "unit.bad_code");
    auto tx = archive.database().write();
    catalog::Unit unit{
        .uid = make_uid(), .code = clean_code, .title = text::to_nfc(text::one_line(text::repair_utf8(title)))};
    unit.parent = parent.empty() ? catalog::root_unit(tx).id : catalog::get_unit(tx, parent).id;
    unit.id = catalog::insert_unit(tx, unit);
    audit::record_event(tx, clock, actor, {"unit.created", unit.uid, {{"code", unit.code}, {"title", unit.title}}});
    tx.commit();
    return unit;
}

catalog::Dossier create_dossier(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                const NewDossier& wanted)
{
    const auto code = text::to_nfc(text::repair_utf8(wanted.code));
    check_code(code, "dossier.bad_code");
    if (wanted.secrecy > archive.config().highest) {
        throw Error{Kind::invalid,
                    "ingest.above_highest_grade",
                    {{"highest", std::string{secrecy_name(archive.config().highest)}}}};
    }
    auto tx = archive.database().write();
    const auto unit = wanted.unit.empty() ? catalog::root_unit(tx) : catalog::get_unit(tx, wanted.unit);
    auth::authorize(actor, auth::Action::dossier_create, {.secrecy = wanted.secrecy, .unit = unit.id});
    catalog::Dossier dossier{.uid = make_uid(),
                             .unit = unit.id,
                             .unit_code = unit.code,
                             .year = wanted.year.value_or(int{wanted.opened_on.value_or(clock.today()).year()}),
                             .code = code,
                             .title = text::to_nfc(text::one_line(text::repair_utf8(wanted.title))),
                             .secrecy = wanted.secrecy,
                             .opened_on = wanted.opened_on};
    dossier.id = catalog::insert_dossier(tx, dossier);
    audit::record_event(
        tx, clock, actor,
        {"dossier.opened",
         dossier.uid,
         {{"unit", unit.code}, {"year", dossier.year}, {"code", dossier.code}, {"title", dossier.title}}});
    tx.commit();
    return dossier;
}

} // namespace vtlt::services
