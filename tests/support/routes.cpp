// SPDX-License-Identifier: GPL-3.0-or-later
// Prints the route table as JSON, so that tests which go over every route meet a new one by themselves.
#include "routing/route.h"

#include <vtlt/core/base/json.h>

#include <cstdio>

using namespace vtlt;

namespace {

/// Whether such a row would compile.
template <webui::Access access, auth::Action... action>
concept IsRow = requires {
    typename std::bool_constant<webui::Route{"GET", "/", access, {action...}, nullptr}.method == "GET">;
};
static_assert(IsRow<webui::Access::signed_in, auth::Action::account_use> && IsRow<webui::Access::everybody>);
static_assert(!IsRow<webui::Access::signed_in> && !IsRow<webui::Access::everybody, auth::Action::account_use>);

} // namespace

int main()
{
    auto routes = Json::array();
    for (const auto& group : webui::route_groups()) {
        for (const auto& route : group) {
            routes.push_back({{"method", route.method},
                              {"pattern", route.pattern},
                              {"open", route.access == webui::Access::everybody},
                              {"action", route.action ? Json(auth::action_name(*route.action)) : Json(nullptr)},
                              {"parameters", route.doc.parameters}});
        }
    }
    std::puts(routes.dump().c_str());
}
