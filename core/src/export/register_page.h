// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "package_layout.h"

#include <vtlt/core/base/date.h>

#include <cstdint>
#include <string>

namespace vtlt::export_ {

struct RegisterHeading
{
    std::string language;
    std::string title;
    std::string query;
    std::string asked_by;
    Instant made_at{};
    std::uint64_t documents = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    Secrecy highest = Secrecy::open;
};

/// data/index.html in three parts, so that any number of rows can stream by: it names no outside address, needs no
/// script, and every value from the catalogue is escaped. The words stand in assets/register.html.
std::string register_head(const RegisterHeading& heading);
std::string register_row(const PlacedDocument& document);
std::string register_foot();

/// data/README.txt.
std::string readme_text();

/// UNIT/YEAR/CODE, which always names one dossier (decisions.md).
std::string dossier_name(const catalog::DocumentView& view);

/// data/metadata/<uid>.json: one JSON object and a line end (docs/package.md).
std::string metadata_text(const PlacedDocument& document);

} // namespace vtlt::export_
