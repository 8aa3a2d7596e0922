// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/parts.h"

#include <vtlt/core/catalog/unit.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the forms about people and units have alike.
namespace vtlt::webui {

/// {"value", "error"}.
Json field_view(const std::string& value, const std::string& error = {});

/// Ids of a form's fields with what is wrong with them.
using FieldProblems = std::vector<std::pair<std::string, std::string>>;

/// Of a form's field, where the day is written as people here write it; absent where empty. Adds its problem to
/// `problems`.
std::optional<Date> day_field(const Call& call, const char* name, const std::string& id, FieldProblems& problems);
std::string problem_of(const FieldProblems& problems, std::string_view id);
/// Which field of a form a refusal of the service is about; the first one where none is named.
std::string field_of(const Error& error, std::span<const std::pair<std::string_view, std::string_view>> rows);
bool is_refusal_of_form(const Error& error);

std::vector<catalog::Unit> all_units(const Call& call);
/// Open units that the action reaches, as options.
Json unit_options(const Call& call, auth::Action action, const std::string& selected);

/// How a right stands that somebody was given for a time.
struct Holding
{
    bool is_ended = false;
    bool is_waiting = false; ///< a written order that nobody has confirmed: nothing is read by it
    bool is_active = false;  ///< holds today
    bool is_confirmed = false;
};
/// A label.
Json holding_state(Language language, const Holding& holding);

/// After a POST: to the page, which tells that it is done.
http::Response tell_at(const Call& call, std::string path, std::string_view key);

} // namespace vtlt::webui
