// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/services/history.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

/// trích xuất nhật ký = history extract: what a filter gives of the history, as a file to keep, signed with the key of
/// the history (docs/format.md, "Extracts").
namespace vtlt::services {

/// A longer one is asked for in parts: by days.
inline constexpr std::uint64_t kMostExtracted = 200'000;
/// On paper: some four hundred pages.
inline constexpr std::uint64_t kMostPrinted = 10'000;

enum class ExtractFormat
{
    csv,
    pdf
};

/// nullopt for a word that is none.
std::optional<ExtractFormat> extract_format_from_name(std::string_view name);
/// With its dot.
std::string_view extract_extension(ExtractFormat format);
std::string_view extract_media_type(ExtractFormat format);

struct ExtractRequest
{
    HistoryFilter filter;
    SortedJson asked = SortedJson::object(); ///< the filter as it was asked for: stands in what is signed
    ExtractFormat format = ExtractFormat::csv;
    std::string asked_by; ///< a name
    /// In the reader's language: who did it, what was done.
    std::function<std::string(const HistoryEvent&)> who;
    std::function<std::string(const std::string&)> what;
};

struct HistoryExtract
{
    Uid uid;
    UniqueFd file; ///< without a name, in the home's staging/
    std::uint64_t size = 0;
    std::uint64_t events = 0;
    std::string sha256;
    std::string signature; ///< a signed note
    audit::SignedCheckpoint checkpoint;
    std::string key; ///< the line of audit/key
};

/// Signs what happened so far, writes the events that the reader may list as `list_history` gives them to him, newest
/// first, and records `audit.extracted` before anybody has the file. In constant memory. Throws what list_history
/// throws and invalid `audit.extract_too_long` with `limit`.
HistoryExtract extract_history(Archive& archive, const Clock& clock, const auth::Actor& actor,
                               const ExtractRequest& request);

/// A zip of the extract `name` with its signature `name`.sig, the checkpoint and the key: one file for a browser.
struct ExtractBundle
{
    UniqueFd file;
    std::uint64_t size = 0;
};
ExtractBundle bundle_extract(const Archive& archive, const HistoryExtract& extract, const std::string& name);

} // namespace vtlt::services
