// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/site.h>

#include "routing/route.h"

#include <vtlt/core/base/embedded_file.h>

#include <algorithm>
#include <map>

namespace vtlt::api_schemas {
std::span<const EmbeddedFile> files();
}

namespace vtlt::webui {

namespace {

constexpr std::string_view kPrefix = "/api/v1";

/// schemas.json: "schemas" (components), "parameters" (by name), "media" (schema → media type where it is not JSON).
const Json& descriptions()
{
    static const Json value = parse_json(api_schemas::files().front().text());
    return value;
}

std::vector<std::string> words(std::string_view text)
{
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

Json content(std::string_view schema)
{
    const auto& media = descriptions().at("media");
    const auto type = media.value(std::string{schema}, std::string{"application/json"});
    return {{type, {{"schema", {{"$ref", "#/components/schemas/" + std::string{schema}}}}}}};
}

Json parameters(const Route& route)
{
    auto list = Json::array();
    for (auto rest = route.pattern; !rest.empty();) {
        const auto open = rest.find('{');
        if (open == std::string_view::npos) {
            break;
        }
        const auto close = rest.find('}', open);
        list.push_back({{"name", rest.substr(open + 1, close - open - 1)},
                        {"in", "path"},
                        {"required", true},
                        {"schema", {{"type", "string"}}}});
        rest.remove_prefix(close + 1);
    }
    for (const auto& name : words(route.doc.parameters)) {
        Json parameter{{"name", name}, {"in", "query"}};
        parameter.update(descriptions().at("parameters").at(name));
        list.push_back(std::move(parameter));
    }
    if (route.method == "POST") {
        list.push_back(
            {{"name", "Idempotency-Key"}, {"in", "header"}, {"schema", {{"type", "string"}, {"maxLength", 200}}}});
    }
    if (route.method == "PATCH") {
        list.push_back({{"name", "If-Match"}, {"in", "header"}, {"required", true}, {"schema", {{"type", "string"}}}});
    }
    return list;
}

Json responses(const Route& route)
{
    auto all = Json::object();
    for (const int status : route.doc.statuses) {
        if (status == 0) {
            continue;
        }
        Json one{{"description", status == 304 ? "Not modified" : status == 204 ? "Done, nothing to say" : "Success"}};
        if (status != 204 && status != 304) {
            one["content"] = content(route.doc.response);
        }
        all[std::to_string(status)] = std::move(one);
    }
    all["default"] = {{"description", "A problem (RFC 9457)"}, {"content", content("Problem")}};
    return all;
}

std::string lower(std::string_view method)
{
    std::string out{method};
    std::ranges::transform(out, out.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    return out;
}

} // namespace

Json openapi_description()
{
    auto paths = Json::object();
    for (const auto& group : route_groups()) {
        for (const auto& route : group) {
            if (!route.pattern.starts_with(kPrefix)) {
                continue;
            }
            Json operation{{"summary", route.doc.summary}, {"parameters", parameters(route)}};
            if (!route.doc.request.empty()) {
                operation["requestBody"] = {{"required", true}, {"content", content(route.doc.request)}};
            }
            operation["responses"] = responses(route);
            if (route.access == Access::everybody) {
                operation["security"] = Json::array();
            }
            paths[std::string{route.pattern.substr(kPrefix.size())}][lower(route.method)] = std::move(operation);
        }
    }
    return {{"openapi", "3.1.0"},
            {"info",
             {{"title", "VTLT"},
              {"version", VTLT_VERSION},
              {"license", {{"name", "GPL-3.0-or-later"}, {"identifier", "GPL-3.0-or-later"}}}}},
            {"servers", {{{"url", kPrefix}}}},
            {"security", {{{"bearer", Json::array()}}, {{"session", Json::array()}}}},
            {"paths", paths},
            {"components",
             {{"securitySchemes",
               {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}},
                {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "vtlt_session"}}}}},
              {"schemas", descriptions().at("schemas")}}}};
}

} // namespace vtlt::webui
