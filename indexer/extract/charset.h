// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "format.h"
#include "source.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::extract {

/// Opens every converter once and holds it: a child could not load one any more. To be called before anything forks.
void prepare_charsets();

/// How well bytes pass for UTF-8.
struct Utf8Survey
{
    std::uint64_t good = 0; ///< sequences of several bytes
    std::uint64_t bad = 0;

    void add(std::string_view bytes);
    /// A stray byte in a long text is damage; a text of another encoding has hardly a good sequence.
    bool is_utf8() const { return bad * 50 <= good; }
};

/// The converter for a declared charset ("windows-1258", any case); nullopt for one that is not in the table.
std::optional<std::size_t> find_charset(std::string_view declared);
std::string_view charset_name(std::size_t charset);
/// Bytes that mean nothing in the charset become U+FFFD.
std::string to_utf8(std::size_t charset, std::string_view bytes);

/// What `<meta charset>` or the XML declaration in a head says, lower case; empty when nothing.
std::string declared_charset(std::string_view head);

/// Calls `on_text` with whole code points of UTF-8 for the source in that form, at most `most` bytes of the source.
void stream_utf8(const Source& source, TextBytes form, std::uint64_t most,
                 const std::function<void(std::string_view)>& on_text);
/// The survey over at most `most` bytes.
Utf8Survey survey_utf8(const Source& source, std::uint64_t most);
/// The name for Extraction::charset.
std::string_view text_form_name(TextBytes form);

} // namespace vtlt::extract
