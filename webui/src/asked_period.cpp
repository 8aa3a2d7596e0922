// SPDX-License-Identifier: GPL-3.0-or-later
#include "asked_period.h"

#include <vtlt/core/base/error.h>
#include <vtlt/indexer/query.h>

#include <chrono>
#include <utility>

namespace vtlt::webui {

AskedPeriod asked_period(const Call& call)
{
    AskedPeriod asked{.from = call.query("from"), .to = call.query("to")};
    // Days, months and years are written as in the search; a period without an end ends today.
    const auto from = indexer::parse_date_range(asked.from);
    const auto to = indexer::parse_date_range(asked.to);
    asked.bad_from = !asked.from.empty() && !(from && from->from);
    asked.bad_to = !asked.to.empty() && !(to && to->to);
    const auto today = call.clock().today();
    asked.last = to && to->to ? *to->to : today;
    asked.first = from && from->from ? *from->from : Date{std::chrono::sys_days{asked.last} - std::chrono::days{29}};
    return asked;
}

void require_period(const AskedPeriod& asked)
{
    for (const auto& [bad, typed] : {std::pair{asked.bad_from, asked.from}, {asked.bad_to, asked.to}}) {
        if (bad) {
            throw Error{Kind::invalid, "report.bad_day", {{"value", typed}}};
        }
    }
}

} // namespace vtlt::webui
