// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/embedded_file.h>

#include <span>
#include <string_view>

namespace vtlt::form_assets {
std::span<const EmbeddedFile> files();
}

namespace vtlt::forms {

/// The words that all forms share; every other asset is a form.
inline constexpr std::string_view kWordsFile = "words.json";

} // namespace vtlt::forms
