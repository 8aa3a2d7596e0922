// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/message.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The small words of HTTP's grammar (RFC 9110, 9112, 3986). Pure.
namespace vtlt::webui::http {

char to_lower(char c);
bool is_same_word(std::string_view a, std::string_view b); ///< ASCII, without case
bool is_token(std::string_view text);                      ///< RFC 9110 §5.6.2, not empty
bool is_control(char c);                                   ///< below space, or DEL
/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);

/// Digits alone, and no more than fit.
std::optional<std::uint64_t> parse_number(std::string_view digits);

/// Undoes %XX, and '+' where `plus_is_space`. nullopt for a broken escape, a NUL, or what is no UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// Everything but RFC 3986's unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);

/// application/x-www-form-urlencoded. nullopt for a broken escape, text that is no UTF-8, or more than `limit` fields.
std::optional<Pairs> parse_pairs(std::string_view text, std::size_t limit);

/// A quoted-string from its opening quote; `at` is left behind the closing one. nullopt when it never closes. A
/// backslash counts only before a quote or another one: old browsers send `C:\x` as it is.
std::optional<std::string> parse_quoted(std::string_view text, std::size_t& at);

} // namespace vtlt::webui::http
