// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

#include <vtlt/core/base/error.h>

namespace vtlt::webui {

/// invalid `role.unknown` that names the known ones, at the member `pointer` of a request.
Error unknown_role(std::string_view pointer, const std::string& value);

/// The status of an error: by its kind, but for codes that HTTP has a word of its own for (412, 413, 428, 429).
int status_of(const Error& error);

/// application/problem+json (RFC 9457) in the reader's language, without anything that names the request.
http::Response problem_answer(Language language, const Error& error);

/// The page of an error, inside the layout.
http::Response error_page(const Call& call, const Error& error);

} // namespace vtlt::webui
