// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/webui/messages.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Pieces of views that many pages share, each the shape of a template in templates/partial/.
namespace vtlt::webui {

/// {"tone": good|warn|bad|info|quiet, "text"} for partial/label: states of files, jobs, packages, runs, texts
/// (`state` is one of kStates in labels.cpp: accepted duplicate without_text failed uploading waiting reading running
/// done partial open cancelled valid invalid ok not_ok pending present absent).
Json label(Language language, std::string_view state);
/// {"code", "text"} for partial/secrecy; null for open.
Json secrecy_badge(Language language, Secrecy secrecy);
/// [{"value", "text", "selected"}] from "open" up to `highest`.
Json secrecy_options(Language language, Secrecy highest, Secrecy selected);
/// {"value", "max", "text"} for partial/progress; `max` 0 means unknown: the bar has no value.
Json progress(Language language, std::uint64_t done, std::uint64_t total);
/// {"heading": "Có 2 lỗi cần sửa", "items": [{"href": "#f-name", "text"}]} from (id of the input, text); null without
/// any.
Json error_summary(Language language, const std::vector<std::pair<std::string, std::string>>& problems);
/// [{"text", "lit"}] from a text and its lit ranges [start, length] in code points, as the searcher gives them.
Json lit_pieces(std::string_view text, const std::vector<std::pair<std::size_t, std::size_t>>& marks);
/// View of page "error" without its frame. `error` adds its own sentence and hint.
Json error_view(Language language, int status, const Error* error = nullptr);

} // namespace vtlt::webui
