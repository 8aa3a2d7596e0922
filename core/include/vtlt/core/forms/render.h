// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/forms/form.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vtlt::forms {

using Cell = std::variant<std::monostate, std::string, std::int64_t, Date>;

/// The cells in the order of the columns, or the heading of the rows that follow.
struct Row
{
    std::vector<Cell> cells;
    std::string heading;   ///< not empty: a row of one cell
    bool is_minor = false; ///< of a heading: below another one
};

using OnRow = std::function<void(const Row&)>;
/// Calls its argument with every row in order. Is called up to twice and must give the same rows; it may count them for
/// a progress line, and what it throws to stop comes out of `render`.
using Rows = std::function<void(const OnRow&)>;

struct FormData
{
    WordList values; ///< of the form's `{name}`
    Rows rows;
    Instant made_at{};
};

enum class Output
{
    html, ///< a fragment without script, style or address; its classes begin with `form-`
    pdf,
    xlsx,
    docx
};

struct RenderOptions
{
    /// HTML shows so many rows and tells how many there are; 0 shows all.
    std::uint64_t preview_rows = 0;
    /// Of the nameless files that XLSX needs while it is written; empty means $TMPDIR or /tmp.
    std::filesystem::path scratch;
};

struct Rendered
{
    std::uint64_t rows = 0;  ///< headings do not count
    std::uint64_t pages = 0; ///< PDF only
    std::string sha256;      ///< of the rows (docs/format.md, "Forms"), as printed in the foot
};

/// Writes the form to `sink`, piece by piece, in memory that does not grow with the rows. The same input gives the same
/// bytes with the same libraries and fonts. Throws invalid `form.cells` for a row that does not fit the columns,
/// conflict `form.changed_meanwhile` when the rows differ at the second time, internal `form.pdf`, `form.xlsx`,
/// `export.archive`, and what rows and sink throw. Safe from any thread.
Rendered render(Output output, const FormDef& form, const FormData& data,
                const std::function<void(std::string_view)>& sink, const RenderOptions& options = {});

/// By its extension without the dot; nullopt for a word that is none.
std::optional<Output> output_from_name(std::string_view name);
std::string_view media_type(Output output);
/// With its dot.
std::string_view extension(Output output);

/// The hash that the foot of every rendering prints; reads the rows once.
std::string dataset_sha256(const FormDef& form, const Rows& rows);

} // namespace vtlt::forms
