// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/visible_document.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/documents.h>

namespace vtlt::services {

void refuse_document(const auth::Actor& actor, const std::optional<auth::Target>& target, std::string_view id)
{
    if (target && auth::is_told(actor, auth::Action::document_read, *target)) {
        throw Error{Kind::forbidden, "document.hidden_told"};
    }
    throw Error{Kind::not_found, "document.not_found", {{"id", std::string{id}}}};
}

catalog::Document visible_document(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    auto document = catalog::get_view(tx, uid).document;
    if (!auth::is_allowed(actor, auth::Action::document_read, catalog::target_of(document))) {
        refuse_document(actor, catalog::target_of(document), uid);
    }
    return document;
}

} // namespace vtlt::services
