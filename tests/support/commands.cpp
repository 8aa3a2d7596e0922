// SPDX-License-Identifier: GPL-3.0-or-later
// Prints the command table as JSON, so that tests which go over every command meet a new one by themselves.
#include "app/command_table.h"

#include <vtlt/core/base/json.h>

#include <cstdio>

using namespace vtlt;

namespace {

/// Whether such a row, or such a command, would compile.
template <auto... asked>
concept IsRow = requires {
    typename std::bool_constant<app::CommandRow{"new", asked...}.path == "new">;
};
static_assert(IsRow<auth::Action::document_read> && IsRow<app::Needs::machine> && !IsRow<>);

} // namespace

int main()
{
    auto commands = Json::array();
    for (const auto& row : app::kCommandTable) {
        commands.push_back({{"path", row.path},
                            {"action", row.action ? Json(auth::action_name(*row.action)) : Json(nullptr)},
                            {"for_operators", row.needs == app::Needs::machine}});
    }
    std::puts(commands.dump().c_str());
}
