// SPDX-License-Identifier: GPL-3.0-or-later
#include "record_sets.h"

#include <vtlt/core/base/error.h>

namespace vtlt::webui {

services::ShownRecordSet save_found(const Call& call, const AskedQuery& asked, const std::string& title,
                                    const std::string& unit)
{
    services::NewRecordSet wanted{.title = title, .unit = unit, .query = asked.text()};
    if (!wanted.query.empty()) {
        const auto reach = auth::reach_of(call.actor, auth::Action::document_read);
        wanted.found = call.house.searchers.with(
            [&](indexer::Searcher& searcher) { return searcher.matching_documents(wanted.query, reach); });
    }
    return services::make_record_set(call.archive(), call.clock(), call.actor, wanted);
}

} // namespace vtlt::webui
