// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/digest.h>
#include <vtlt/core/forms/render.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vtlt::forms {

/// A row as it is printed: the texts of its cells, or one heading.
struct PrintedRow
{
    std::vector<std::string> texts;
    std::string heading;
    bool is_minor = false;
    bool is_total = false;
};

/// The rows as they pass: made printable, checked, counted, summed and hashed. A renderer has its own.
class Dataset
{
public:
    explicit Dataset(const FormDef& form);

    /// Valid until the next call. Throws invalid `form.cells`.
    const PrintedRow& add(const Row& row);
    std::uint64_t rows() const { return rows_; }
    /// nullopt when no column is summed. Its texts are those of the sums; the caption stands in the first column.
    std::optional<PrintedRow> total() const;
    /// Hex; once, after the last row.
    std::string finish_hash() { return hasher_.finish_hex(); }

private:
    void add_cell(const Cell& cell, const Column& column, std::string& text);

    const FormDef& form_;
    PrintedRow printed_;
    std::string line_;
    std::vector<std::int64_t> sums_;
    std::uint64_t rows_ = 0;
    Hasher hasher_;
};

} // namespace vtlt::forms
