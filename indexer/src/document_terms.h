// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/document.h>
#include <vtlt/core/home.h>

#include <xapian.h>

#include <cstdint>

namespace vtlt::indexer {

/// One catalogue document as the index holds it.
struct IndexedDocument
{
    Xapian::Document document;
    std::uint64_t words = 0; ///< what it cost: the writer commits by it
};

/// Reads the text objects of the view's files block by block. A text object that is gone or damaged does not hold the
/// others up: its document is marked with kDamagedTextTerm, which check_index reports.
IndexedDocument make_document(const Home& home, const catalog::DocumentView& view);

} // namespace vtlt::indexer
