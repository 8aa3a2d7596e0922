// SPDX-License-Identifier: GPL-3.0-or-later
#include "listed_documents.h"

#include <algorithm>
#include <memory>

namespace vtlt::indexer {

void ListedDocuments::next(double)
{
    at_ += started_ ? 1 : 0;
    started_ = true;
}

void ListedDocuments::skip_to(Xapian::docid docid, double)
{
    started_ = true;
    const auto from = docids_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ = static_cast<std::size_t>(std::lower_bound(from, docids_.end(), docid) - docids_.begin());
}

Xapian::PostingSource* ListedDocuments::clone() const
{
    return std::make_unique<ListedDocuments>(docids_).release(); // Xapian owns and deletes it
}

void ListedDocuments::init(const Xapian::Database&)
{
    at_ = 0;
    started_ = false;
    set_maxweight(0);
}

} // namespace vtlt::indexer
