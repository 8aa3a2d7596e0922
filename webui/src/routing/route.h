// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/webui/http/message.h>

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace vtlt::webui {

struct Call;

/// Who may come to a route at all; the object's own rights are the service's to check.
enum class Access
{
    everybody, ///< sign-in, assets, health: tells nothing of the archive
    signed_in
};

using HandlerFunction = http::Response (*)(Call&);

/// What the API's description says of a route; pages have none.
struct RouteDoc
{
    std::string_view summary = {};          ///< in English, as OpenAPI wants one language
    std::string_view parameters = {};       ///< names of the query, separated by blanks; described in schemas.json
    std::string_view request = {};          ///< name of a schema in schemas.json
    std::string_view response = {};         ///< likewise, of the first status
    std::array<int, 3> statuses{200, 0, 0}; ///< of success, the usual one first
};

/// One row of the one table that serves pages and API, makes the OpenAPI description, and declares each action: a row
/// that is neither open to everybody nor says its action does not compile.
struct Route
{
    consteval Route(std::string_view its_method, std::string_view its_pattern, Access who,
                    std::optional<auth::Action> its_action, HandlerFunction handled_by, RouteDoc described = {})
        : method(its_method), pattern(its_pattern), access(who), action(its_action), handler(handled_by), doc(described)
    {
        if (action.has_value() != (access == Access::signed_in)) {
            throw "a route declares its action, or is open to everybody";
        }
    }

    std::string_view method;
    std::string_view pattern; ///< "/documents/{id}": a part in braces takes any one part
    Access access;
    std::optional<auth::Action> action; ///< absent where access is everybody's
    HandlerFunction handler;
    RouteDoc doc;
};

/// Every route there is, in groups.
std::span<const std::span<const Route>> route_groups();

} // namespace vtlt::webui
