// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

#include <string>

namespace vtlt::webui {

/// The days of a report as they stand in an address, from and to, both within; without them the last thirty.
struct AskedPeriod
{
    Date first{};
    Date last{};
    std::string from; ///< as typed
    std::string to;
    bool bad_from = false; ///< written as no day can be
    bool bad_to = false;

    bool is_bad() const { return bad_from || bad_to; }
};

AskedPeriod asked_period(const Call& call);
/// Throws invalid `report.bad_day` naming what was typed.
void require_period(const AskedPeriod& asked);

} // namespace vtlt::webui
