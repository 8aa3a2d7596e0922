// SPDX-License-Identifier: GPL-3.0-or-later
#include "webui/html.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace vtlt::webui::testing {

namespace {

bool is_space(char sign)
{
    return std::isspace(static_cast<unsigned char>(sign)) != 0;
}

} // namespace

std::vector<Tag> read_tags(std::string_view page)
{
    std::vector<Tag> tags;
    for (auto at = page.find('<'); at != std::string_view::npos; at = page.find('<', at)) {
        ++at;
        Tag tag;
        if (page[at] == '!') {
            continue;
        }
        tag.closing = page[at] == '/';
        at += tag.closing ? 1U : 0U;
        while (at < page.size() && !is_space(page[at]) && page[at] != '>') {
            tag.name += page[at++];
        }
        while (at < page.size() && page[at] != '>') {
            while (is_space(page[at])) {
                ++at;
            }
            std::string name;
            while (!is_space(page[at]) && page[at] != '=' && page[at] != '>') {
                name += page[at++];
            }
            std::string value;
            if (page[at] == '=') {
                const char quote = page[at + 1];
                const auto end = page.find(quote, at + 2);
                value = quote == '"' || quote == '\'' ? page.substr(at + 2, end - at - 2) : "unquoted";
                at = end + 1;
            }
            if (!name.empty() && !tag.attributes.emplace(name, value).second) {
                tag.attributes["twice"] = name;
            }
        }
        tags.push_back(std::move(tag));
    }
    return tags;
}

std::string first_unbalanced(const std::vector<Tag>& tags)
{
    static const std::set<std::string> empty{"meta", "link", "input", "img", "br", "hr", "path", "rect"};
    // Inside these only words and phrases may stand.
    static const std::set<std::string> phrase{"p", "h1", "h2", "h3", "a", "span", "label", "button", "summary"};
    static const std::set<std::string> block{"p",  "div", "ul", "ol",       "dl",    "section", "form",
                                             "h1", "h2",  "h3", "fieldset", "table", "nav",     "article"};
    std::vector<std::string> open;
    for (const auto& tag : tags) {
        if (empty.contains(tag.name)) {
            continue;
        }
        if (!tag.closing) {
            if (block.contains(tag.name) && !open.empty() && phrase.contains(open.back())) {
                return "<" + tag.name + "> inside <" + open.back() + ">";
            }
            if ((tag.name == "form" || tag.name == "a") && std::ranges::find(open, tag.name) != open.end()) {
                return "<" + tag.name + "> inside <" + tag.name + ">";
            }
            open.push_back(tag.name);
        } else if (open.empty() || open.back() != tag.name) {
            return "</" + tag.name + "> where <" + (open.empty() ? "" : open.back()) + "> is open";
        } else {
            open.pop_back();
        }
    }
    return open.empty() ? std::string{} : "<" + open.back() + "> is not closed";
}

} // namespace vtlt::webui::testing
