// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

#include <vtlt/core/services/history.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vtlt::webui {

/// A reading of the history as it stands in an address, the same for the page, its files and the API: person, action,
/// object, unit, from, to, cursor.
struct AskedHistory
{
    services::HistoryFilter filter;
    std::string from; ///< as typed
    std::string to;
    bool bad_from = false; ///< written as no day can be: left out
    bool bad_to = false;

    bool is_empty() const;
    /// What names the set, for an address: without the cursor.
    std::vector<std::pair<std::string_view, std::string>> parts() const;
};

AskedHistory asked_history(const Call& call);
/// For what is no page: throws invalid `audit.bad_period` for a day that is none.
void require_days(const AskedHistory& asked);

} // namespace vtlt::webui
