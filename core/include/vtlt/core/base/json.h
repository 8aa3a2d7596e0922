// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace vtlt {

/// Keys keep the order in which they were written: what people and scripts read.
using Json = nlohmann::ordered_json;
/// Keys are sorted: what is hashed.
using SortedJson = nlohmann::json;

/// RFC 8785 for the values we hash: objects with ASCII keys, strings in UTF-8, integers, null, booleans, arrays.
/// Throws Kind::internal for a floating-point number.
std::string canonical_json(const SortedJson& value);

/// One line; invalid UTF-8 becomes U+FFFD.
std::string to_line(const Json& value);

/// Throws Kind::invalid `json.syntax`.
Json parse_json(std::string_view text);

} // namespace vtlt
