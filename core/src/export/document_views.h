// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/document.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vtlt::export_ {

/// Every document in order with its ordinal, in portions. One that is gone would make the register shorter than the
/// count that was asked for.
template <class F>
void for_each_view(db::ReadTx& tx, std::span<const DocumentId> documents, F&& on_view)
{
    constexpr std::size_t kPortion = 500;
    std::uint64_t ordinal = 0;
    while (!documents.empty()) {
        const auto portion = documents.first(std::min(kPortion, documents.size()));
        const auto views = catalog::list_views(tx, portion);
        if (views.size() != portion.size()) {
            throw Error{Kind::conflict, "export.changed_meanwhile"};
        }
        for (const auto& view : views) {
            on_view(view, ++ordinal);
        }
        documents = documents.subspan(portion.size());
    }
}

} // namespace vtlt::export_
