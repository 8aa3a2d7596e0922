// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Invented but lifelike administrative documents of three invented units, 2015–2026, for the demo archive and the
/// benchmarks. Everything follows from the seed: the same options give the same bytes on every run.
namespace vtlt::demo {

struct Unit
{
    std::string_view code; ///< CHC: also the name of its folder
    std::string_view title;
    std::string_view parent; ///< the body above, printed over the unit's own name
};

std::span<const Unit> units();

/// A dossier of a unit's yearly file plan; `code` is unique within unit and year.
struct Dossier
{
    std::string_view unit;
    int year = 0;
    std::string code; ///< 01.TCCB: running number and heading of the file plan (NĐ 30/2020, phụ lục V)
    std::string title;
    std::string folder; ///< <unit>/<year>/<code> - <slug>, below the directory
    Date opened_on;
    std::optional<Date> closed_on; ///< nullopt in the last year
};

struct Options
{
    std::uint64_t seed = 1;
    std::size_t count = 300;
    std::filesystem::path directory;
    std::filesystem::path manifest; ///< empty: `documents.jsonl` beside the directory
};

struct Summary
{
    std::size_t documents = 0;
    std::uint64_t bytes = 0;
    std::array<std::size_t, 4> by_format{}; ///< pdf, docx, html, txt
};

/// Every dossier that `generate` fills with at least one document, by unit, year and code. Only seed and count matter.
std::vector<Dossier> dossiers(const Options& options);

/// Writes the documents into the dossiers' folders and one JSON line for each into the manifest. Memory does not grow
/// with the count. Throws Kind::conflict `demo.not_empty` when the directory holds something already.
Summary generate(const Options& options);

} // namespace vtlt::demo
