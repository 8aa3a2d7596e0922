// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <xapian.h>

#include <cstddef>
#include <vector>

namespace vtlt::indexer {

/// Given documents as a part of a query, whatever terms they have; one that a shard does not hold matches nothing
/// there.
class ListedDocuments : public Xapian::PostingSource
{
public:
    /// Ascending; numbers of a single band's index.
    explicit ListedDocuments(std::vector<Xapian::docid> docids) : docids_(std::move(docids)) {}

    Xapian::doccount get_termfreq_min() const override { return 0; }
    Xapian::doccount get_termfreq_est() const override { return size(); }
    Xapian::doccount get_termfreq_max() const override { return size(); }
    void next(double min_weight) override;
    void skip_to(Xapian::docid docid, double min_weight) override;
    bool at_end() const override { return at_ >= docids_.size(); }
    Xapian::docid get_docid() const override { return docids_[at_]; }
    PostingSource* clone() const override;
    void init(const Xapian::Database& database) override;

private:
    Xapian::doccount size() const { return static_cast<Xapian::doccount>(docids_.size()); }

    std::vector<Xapian::docid> docids_;
    std::size_t at_ = 0;
    bool started_ = false;
};

} // namespace vtlt::indexer
