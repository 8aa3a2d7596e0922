// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::webui {

/// A template after loading: partials, texts and addresses are in their places; what is left depends on the view.
struct Node
{
    enum class Kind
    {
        text,
        variable,
        markup, ///< a variable that is not escaped
        section,
        inverted
    };
    Kind kind = Kind::text;
    std::string value;  ///< the text, or the name of the member
    std::string origin; ///< "search/results.html:12"; empty for text
    std::vector<Node> children;
};
using Nodes = std::vector<Node>;

/// What loading asks for. Each throws or calls `broken` for what does not exist.
struct Surroundings
{
    std::function<std::string_view(std::string_view name)>
        source;                                            ///< of the template, without ".html"; nullptr data: none
    std::function<std::string(std::string_view key)> text; ///< as written, with {places}; empty: none
    std::function<std::string_view(std::string_view name)> asset; ///< address; empty: none
};

/// Throws internal `template.broken`. `{{> content}}` of the layout becomes the template `content`.
Nodes load_tree(std::string_view name, std::string_view content, const Surroundings& around);
/// As mustache reads it.
std::string to_mustache(const Nodes& nodes);

} // namespace vtlt::webui
