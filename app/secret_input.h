// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace vtlt::app {

class Context;

/// The first line of `file` ("-": of stdin); without a file of stdin, or, on a terminal, typed twice without echo.
/// Throws invalid `password.missing`, `password.mismatch`, not_found `password.file_not_found`.
std::string read_password(const Context& context, const std::string& file);

/// The first line of `file`. Throws not_found `token.file_not_found`, and forbidden `token.file_mode` when others than
/// its owner may open it: a token is a password.
std::string read_token(const std::string& file);

} // namespace vtlt::app
