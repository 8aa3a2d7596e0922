// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/json.h>
#include <vtlt/webui/messages.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The example views of tests/webui/views/*.json (its README.md says how they are written).
namespace vtlt::webui::testing {

struct Example
{
    std::string page;
    std::string state;
    Json view; ///< as a handler in that language would give it
};

/// Folder of the sources, from the environment; nullopt with a warning when it is not known.
std::optional<std::filesystem::path> source_root();
/// By page, then as written.
std::vector<Example> read_examples(const std::filesystem::path& root, Language language);

} // namespace vtlt::webui::testing
