// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <vtlt/core/auth/role_labels.h>

#include <cstdint>
#include <optional>

/// How numbers, days and codes are written for people; JSON has its own forms.
namespace vtlt::app {

/// The text `key` of the command line, or `key.one` for a count of one: English has a word of its own for it.
std::string counted(const Context& context, const std::string& key, std::uint64_t count, const Fields& fields);

/// How many documents he was only told of, on stderr; nothing where there are none or he is told nothing.
void say_excluded(const Context& context, std::optional<std::uint64_t> excluded);

/// A role in the words of the archive.
const std::string& role_word(const Context& context, const auth::RoleLabels& labels, auth::Role role);

/// One decimal, with a comma in Vietnamese.
std::string decimal(const Context& context, double value);

/// 22/11/2026 12:39, in Vietnam.
std::string moment(Instant instant);

} // namespace vtlt::app
