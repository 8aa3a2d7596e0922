// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/organisation.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include "services/code.h"

namespace vtlt::services {

namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2200;

/// People read "u1" and "U1" as one name, and so do other systems' folders.
bool is_same_to_people(std::string_view a, std::string_view b)
{
    return text::exact_form(a) == text::exact_form(b);
}

void refuse_in_other_case(db::ReadTx& tx, const catalog::Unit& wanted)
{
    for (const auto& unit : catalog::list_units(tx)) {
        if (unit.code != wanted.code && is_same_to_people(unit.code, wanted.code)) {
            throw Error{Kind::conflict, "unit.exists_in_other_case", {{"unit", wanted.code}, {"existing", unit.code}}};
        }
    }
}

void refuse_in_other_case(db::ReadTx& tx, const catalog::Dossier& wanted)
{
    for (const auto& code : catalog::list_dossier_codes(tx, wanted.unit, wanted.year)) {
        if (code != wanted.code && is_same_to_people(code, wanted.code)) {
            throw Error{Kind::conflict,
                        "dossier.exists_in_other_case",
                        {{"dossier", wanted.code}, {"existing", code}, {"year", std::to_string(wanted.year)}}};
        }
    }
}

int checked_year(int year)
{
    if (year < kFirstYear || year > kLastYear) {
        throw Error{
            Kind::invalid,
            "dossier.bad_year",
            {{"year", std::to_string(year)}, {"from", std::to_string(kFirstYear)}, {"to", std::to_string(kLastYear)}}};
    }
    return year;
}

} // namespace

std::string clean_text(std::string_view typed)
{
    if (!text::is_utf8(typed)) {
        throw Error{Kind::invalid, "text.not_utf8", {{"value", text::one_line(text::repair_utf8(typed))}}};
    }
    return text::to_nfc(typed);
}

std::string clean_title(std::string_view typed)
{
    auto title = text::one_line(clean_text(typed));
    if (title.empty()) {
        throw Error{Kind::invalid, "title.blank"};
    }
    return title;
}

catalog::Unit create_unit(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view code,
                          std::string_view title, std::string_view parent)
{
    auth::authorize(actor, auth::Action::unit_create, {});
    const auto clean_code = clean_text(code);
    check_code(clean_code, "unit.bad_code");
    catalog::Unit unit{.uid = make_uid(), .code = clean_code, .title = clean_title(title)};
    const auto above = clean_text(parent);
    auto tx = archive.database().write();
    unit.parent = above.empty() ? catalog::root_unit(tx).id : catalog::get_unit(tx, above).id;
    refuse_in_other_case(tx, unit);
    unit.id = catalog::insert_unit(tx, unit);
    audit::record_event(tx, clock, actor, {"unit.created", unit.uid, {{"code", unit.code}, {"title", unit.title}}});
    tx.commit();
    return unit;
}

catalog::Dossier create_dossier(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                const NewDossier& wanted)
{
    const auto code = clean_text(wanted.code);
    check_code(code, "dossier.bad_code");
    const auto title = clean_title(wanted.title);
    const auto unit_code = clean_text(wanted.unit);
    const auto year = checked_year(wanted.year.value_or(int{wanted.opened_on.value_or(clock.today()).year()}));
    if (wanted.secrecy > archive.config().highest) {
        throw Error{Kind::invalid,
                    "ingest.above_highest_grade",
                    {{"highest", std::string{secrecy_name(archive.config().highest)}}}};
    }
    auto tx = archive.database().write();
    const auto unit = unit_code.empty() ? catalog::root_unit(tx) : catalog::get_unit(tx, unit_code);
    auth::authorize(actor, auth::Action::dossier_create, {.secrecy = wanted.secrecy, .unit = unit.id});
    catalog::Dossier dossier{.uid = make_uid(),
                             .unit = unit.id,
                             .unit_code = unit.code,
                             .year = year,
                             .code = code,
                             .title = title,
                             .secrecy = wanted.secrecy,
                             .opened_on = wanted.opened_on};
    refuse_in_other_case(tx, dossier);
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
