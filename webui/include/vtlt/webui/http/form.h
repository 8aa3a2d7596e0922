// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/message.h>

#include <cstddef>
#include <string_view>

namespace vtlt::webui::http {

/// A form of decisions.md ("Limits").
inline constexpr std::size_t kMaxFormFields = 1000;

/// Fields of application/x-www-form-urlencoded, in order. Throws invalid `http.form` for a broken escape, text that is
/// no UTF-8, or more than `limit` fields.
Pairs parse_form(std::string_view body, std::size_t limit = kMaxFormFields);

/// What a Cookie field says. A pair that RFC 6265 does not know is left out: another program on the same host may have
/// set it, and its mistake must not lock our reader out.
Pairs parse_cookies(std::string_view field);

/// The whole body as text. Throws invalid `http.body_too_large` beyond `limit`, and what the reader throws.
std::string read_body(BodyReader& body, std::size_t limit);

} // namespace vtlt::webui::http
