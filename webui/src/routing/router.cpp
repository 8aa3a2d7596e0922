// SPDX-License-Identifier: GPL-3.0-or-later
#include "routing/router.h"

#include <vtlt/core/base/error.h>

namespace vtlt::webui {

struct Router::Node
{
    std::map<std::string, std::unique_ptr<Node>, std::less<>> named;
    std::unique_ptr<Node> any;
    std::map<std::string_view, const Route*> routes; ///< by method
};

namespace {

/// Cuts the first part off "/a/b": "a", leaving "/b".
std::string_view take_part(std::string_view& path)
{
    path.remove_prefix(1);
    const auto end = path.find('/');
    const auto part = path.substr(0, end);
    path.remove_prefix(part.size());
    return part;
}

} // namespace

Router::Router(std::span<const std::span<const Route>> groups) : root_(std::make_unique<Node>())
{
    for (const auto& group : groups) {
        for (const auto& route : group) {
            auto* node = root_.get();
            for (auto rest = route.pattern; rest.size() > 1;) {
                const auto part = take_part(rest);
                auto& next = part.starts_with('{') ? node->any : node->named[std::string{part}];
                if (!next) {
                    next = std::make_unique<Node>();
                }
                node = next.get();
            }
            const bool added = node->routes.emplace(route.method, &route).second;
            ensure(added, "each method and path has one route");
        }
    }
}

Router::~Router() = default;

Match Router::find(std::string_view method, std::string_view path) const
{
    Match match;
    const auto* node = root_.get();
    while (path.size() > 1) {
        const auto part = take_part(path);
        const auto named = node->named.find(part);
        if (named != node->named.end()) {
            node = named->second.get();
        } else if (node->any) {
            node = node->any.get();
            match.values.push_back(part);
        } else {
            return {};
        }
    }
    const auto found = node->routes.find(method == "HEAD" ? std::string_view{"GET"} : method);
    if (found != node->routes.end()) {
        match.route = found->second;
        return match;
    }
    for (const auto& [name, route] : node->routes) {
        match.allowed += (match.allowed.empty() ? "" : ", ") + std::string{name};
    }
    return match;
}

} // namespace vtlt::webui
