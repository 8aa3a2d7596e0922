// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/document_list.h>

#include "document_views.h"
#include "register_list.h"
#include "register_page.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/db/database.h>

namespace vtlt::export_ {

Error list_too_long(std::uint64_t count)
{
    return {Kind::invalid, "list.too_long", {{"count", std::to_string(count)}, {"limit", std::to_string(kMaxListed)}}};
}

forms::Rendered write_document_list(db::Database& database, const auth::Actor& actor,
                                    std::span<const DocumentId> documents, const DocumentListRequest& request,
                                    forms::Output output, const std::function<void(std::string_view)>& sink)
{
    if (documents.size() > kMaxListed) {
        throw list_too_long(documents.size());
    }
    RegisterHeading heading{.language = "vi",
                            .title = {},
                            .query = request.query,
                            .asked_by = request.asked_by,
                            .made_at = request.made_at};
    const auto scratch = request.scratch.empty() ? std::filesystem::temp_directory_path() : request.scratch;
    RegisterList list{scratch};
    {
        auto tx = database.read();
        for_each_view(tx, documents, [&](const catalog::DocumentView& view, std::uint64_t) {
            const auto& document = view.document;
            if (!auth::is_allowed(actor, auth::Action::document_read, catalog::target_of(document))) {
                return; // the index may be behind the catalogue
            }
            ++heading.documents;
            heading.files += view.files.size();
            heading.highest = std::max(heading.highest, view.document.secrecy);
            list.add(view);
        });
    }
    return forms::render(output, register_form(), list.data(heading, [] {}), sink,
                         {.preview_rows = request.preview_rows, .scratch = scratch});
}

} // namespace vtlt::export_
