// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/json.h>

#include <optional>

/// Values as the detail of an event has them: what is absent is null.
namespace vtlt::services {

inline SortedJson day_or_null(std::optional<Date> day)
{
    return day ? SortedJson(format_date(*day)) : SortedJson();
}

} // namespace vtlt::services
