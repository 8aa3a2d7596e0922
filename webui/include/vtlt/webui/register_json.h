// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/json.h>
#include <vtlt/core/services/registry.h>

#include <span>

/// Registers as JSON, the same for the API and the command line.
namespace vtlt::webui {

Json register_json(const catalog::RegisterBook& book);
Json register_entry_json(const services::EntryView& one);
Json duplicates_json(std::span<const services::LikelyDuplicate> duplicates);
/// With its `format_version`.
Json findings_json(const catalog::BookFindings& findings);

} // namespace vtlt::webui
