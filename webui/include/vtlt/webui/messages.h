// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/error.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Every sentence a person reads comes from webui/locales/*.po: message context + stable key → text with {name} places.
namespace vtlt::webui {

enum class Language
{
    vi,
    en
};

inline constexpr std::array<std::string_view, 2> kLanguageNames{"vi", "en"};

std::optional<Language> language_from_name(std::string_view name);

/// The text for `key` in `context` with the fields filled in and unfilled places left out; the key itself when there is
/// no text. Any thread.
std::string message(Language language, std::string_view context, std::string_view key, const Fields& fields = {});
/// The plural form (msgid_plural) that `count` asks for; {count} is one of the fields.
std::string message_counted(Language language, std::string_view context, std::string_view key, std::uint64_t count,
                            const Fields& fields);
/// The same with its places as they stand in the catalogue.
std::string message_as_written(Language language, std::string_view context, std::string_view key);
bool has_message(Language language, std::string_view context, std::string_view key);

/// The error's sentence, and its hint ("what to do"; empty when there is none).
std::string error_text(Language language, const Error& error);
std::string error_hint(Language language, const Error& error);

} // namespace vtlt::webui
