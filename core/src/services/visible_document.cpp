// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/visible_document.h"

#include <vtlt/core/base/error.h>

namespace vtlt::services {

catalog::Document visible_document(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    auto document = catalog::get_view(tx, uid).document;
    if (!auth::is_allowed(actor, auth::Action::document_read, catalog::target_of(document))) {
        throw Error{Kind::not_found, "document.not_found", {{"id", std::string{uid}}}};
    }
    return document;
}

} // namespace vtlt::services
