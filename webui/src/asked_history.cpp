// SPDX-License-Identifier: GPL-3.0-or-later
#include "asked_history.h"

#include <vtlt/core/base/error.h>
#include <vtlt/indexer/query.h>

#include <charconv>

namespace vtlt::webui {

namespace {

std::int64_t number_in(const std::string& text)
{
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

} // namespace

bool AskedHistory::is_empty() const
{
    return filter.person.empty() && filter.action.empty() && filter.object.empty() && filter.unit.empty() &&
           from.empty() && to.empty();
}

std::vector<std::pair<std::string_view, std::string>> AskedHistory::parts() const
{
    return {{"person", filter.person},
            {"action", filter.action},
            {"object", filter.object},
            {"unit", filter.unit},
            {"from", from},
            {"to", to}};
}

AskedHistory asked_history(const Call& call)
{
    AskedHistory asked{.filter = {.person = call.query("person"),
                                  .action = call.query("action"),
                                  .object = call.query("object"),
                                  .unit = call.query("unit"),
                                  .below = number_in(call.query("cursor"))},
                       .from = call.query("from"),
                       .to = call.query("to")};
    // Days, months and years are written as in the search.
    const auto from = indexer::parse_date_range(asked.from);
    const auto to = indexer::parse_date_range(asked.to);
    asked.bad_from = !asked.from.empty() && !from;
    asked.bad_to = !asked.to.empty() && !to;
    if (from) {
        asked.filter.first = from->from;
    }
    if (to) {
        asked.filter.last = to->to;
    }
    return asked;
}

void require_days(const AskedHistory& asked)
{
    for (const auto& [bad, text] : {std::pair{asked.bad_from, asked.from}, {asked.bad_to, asked.to}}) {
        if (bad) {
            throw Error{Kind::invalid, "audit.bad_period", {{"value", text}}};
        }
    }
}

} // namespace vtlt::webui
