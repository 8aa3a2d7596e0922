// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/certificates.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/certificate.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/organisation.h>

#include "services/account_steps.h"
#include "services/code.h"
#include "services/grant_steps.h"

#include <algorithm>

namespace vtlt::services {

catalog::AccountCertificate add_certificate(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                            std::string_view who, std::string_view bytes)
{
    const auto name = clean_text(who);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    const auto account = visible_account(tx, actor, name);
    authorize_holder(archive, tx, clock, actor, account);
    const auto read = read_certificate(bytes); // whose it is to be comes first, as with every command of a person
    catalog::AccountCertificate certificate{.uid = make_uid(),
                                            .account = account.id,
                                            .digest = read.digest,
                                            .subject = read.subject,
                                            .issuer = read.issuer,
                                            .expires_at = read.expires_at,
                                            .added_at = clock.now()};
    if (!catalog::insert_certificate(tx, certificate)) {
        throw Error{Kind::conflict, "certificate.bound"};
    }
    audit::record_event(tx, clock, actor,
                        {"certificate.added",
                         certificate.uid,
                         {{"account", account.uid}, {"certificate", certificate.digest}, {"subject", read.subject}}});
    tx.commit();
    return certificate;
}

std::vector<catalog::AccountCertificate> list_certificates(Archive& archive, const auth::Actor& actor,
                                                           std::string_view who)
{
    const auto name = clean_text(who);
    auto tx = archive.database().read();
    return catalog::list_certificates(tx, account_for(tx, actor, name, auth::Action::user_read).id);
}

bool remove_certificate(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who,
                        std::string_view certificate)
{
    const auto name = clean_text(who);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    const auto account = visible_account(tx, actor, name);
    authorize_holder(archive, tx, clock, actor, account);
    const auto bound = catalog::list_certificates(tx, account.id);
    const auto found = std::ranges::find_if(
        bound, [&](const auto& one) { return one.uid == certificate || one.digest == certificate; });
    if (found == bound.end()) {
        return false;
    }
    catalog::delete_certificate(tx, found->uid);
    std::vector<audit::Event> events{
        {"certificate.removed", found->uid, {{"account", account.uid}, {"certificate", found->digest}}}};
    std::ranges::move(end_certificate_sessions(tx, account, found->digest), std::back_inserter(events));
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    return true;
}

} // namespace vtlt::services
