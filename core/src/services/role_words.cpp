// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/role_words.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>

#include "services/setting.h"

namespace vtlt::services {

namespace {

constexpr std::string_view kSetting = "role_labels";

const auth::RoleLabels& chosen(db::ReadTx& tx)
{
    const auto* labels = auth::find_role_labels(text_setting(tx, kSetting).value_or(std::string{}));
    return labels != nullptr ? *labels : auth::role_labels().front();
}

} // namespace

const auth::RoleLabels& role_labels(Archive& archive)
{
    auto tx = archive.database().read();
    return chosen(tx);
}

const auth::RoleLabels& choose_role_labels(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                           std::string_view code)
{
    auth::authorize(actor, auth::Action::archive_administer, {});
    const auto* wanted = auth::find_role_labels(code);
    if (wanted == nullptr) {
        std::string known;
        for (const auto& one : auth::role_labels()) {
            known.append(known.empty() ? "" : " ").append(one.code);
        }
        throw Error{Kind::invalid, "role_labels.unknown", {{"value", std::string{code}}, {"known", known}}};
    }
    auto tx = archive.database().write();
    if (&chosen(tx) == wanted) {
        return *wanted;
    }
    put_setting(tx, kSetting, wanted->code);
    audit::record_event(tx, clock, actor, {"role_labels.chosen", std::string{kSetting}, {{"set", wanted->code}}});
    tx.commit();
    return *wanted;
}

} // namespace vtlt::services
