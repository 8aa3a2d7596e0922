// SPDX-License-Identifier: GPL-3.0-or-later
#include "documents.h"

#include <vtlt/core/db/database.h>
#include <vtlt/core/store/text_object.h>

namespace vtlt::bench {
namespace {

constexpr std::size_t kPortion = 500;

} // namespace

void for_each_document(db::Database& database, const std::function<void(const catalog::DocumentView&)>& visit)
{
    DocumentId last;
    for (;;) {
        auto tx = database.read();
        const auto ids = catalog::list_ids(tx, last, kPortion);
        if (ids.empty()) {
            return;
        }
        for (const auto& view : catalog::list_views(tx, ids)) {
            visit(view);
        }
        last = ids.back();
    }
}

std::string text_of(const Home& home, const catalog::DocumentView& view)
{
    std::string text = view.document.number_symbol() + "\n" + view.document.title + "\n";
    for (const auto& file : view.files) {
        if (file.text_state == catalog::TextState::present) {
            text += store::TextObject{home.object(file.band, file.text_hash)}.whole();
        }
    }
    return text;
}

} // namespace vtlt::bench
