// SPDX-License-Identifier: GPL-3.0-or-later
#include "templates/tree.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/html.h>

#include <algorithm>
#include <array>
#include <utility>

namespace vtlt::webui {

namespace {

/// Members that may reach the page without escaping, as "template member": markup that core/forms made and escaped.
constexpr std::array<std::string_view, 1> kUnescaped{"document_list form"};

constexpr std::string_view kMemberSigns = "abcdefghijklmnopqrstuvwxyz0123456789_.?";

class Loader
{
public:
    Loader(std::string_view content, const Surroundings& around) : content_(content), around_(around) {}

    Nodes load(std::string_view name)
    {
        if (std::ranges::find(open_, name) != open_.end()) {
            broken(name, 1, "includes itself");
        }
        const auto source = around_.source(name);
        if (source.data() == nullptr) {
            broken(open_.empty() ? name : std::string_view{open_.back()}, 1, "no template " + std::string{name});
        }
        open_.emplace_back(name);
        std::size_t at = 0;
        std::size_t line = 1;
        auto nodes = read(name, source, at, line, {});
        open_.pop_back();
        return nodes;
    }

private:
    [[noreturn]] static void broken(std::string_view name, std::size_t line, const std::string& why)
    {
        throw Error{Kind::internal,
                    "template.broken",
                    {{"file", std::string{name} + ".html:" + std::to_string(line)}, {"why", why}}};
    }

    /// Up to the tag that closes `section`, or to the end of the source where that is empty.
    Nodes read(std::string_view name, std::string_view source, std::size_t& at, std::size_t& line,
               std::string_view section)
    {
        Nodes nodes;
        while (at < source.size()) {
            const auto open = std::min(source.find("{{", at), source.size());
            add_text(nodes, source.substr(at, open - at));
            line += static_cast<std::size_t>(std::ranges::count(source.substr(at, open - at), '\n'));
            if (open == source.size()) {
                at = open;
                break;
            }
            const auto close = source.find("}}", open);
            if (close == std::string_view::npos) {
                broken(name, line, "a tag is not closed");
            }
            auto tag = source.substr(open + 2, close - open - 2);
            const auto tag_line = line;
            line += static_cast<std::size_t>(std::ranges::count(tag, '\n'));
            at = close + 2;
            const char sign = tag.empty() ? '\0' : tag.front();
            if (std::string_view{"#^/>!&={"}.find(sign) != std::string_view::npos && sign != '\0') {
                tag.remove_prefix(1);
            }
            const auto member = trimmed(tag);
            switch (sign) {
            case '!':
                // A comment alone on its lines takes the line break with it.
                if (at < source.size() && source[at] == '\n' && (open == 0 || source[open - 1] == '\n')) {
                    ++at;
                    ++line;
                }
                break;
            case '>':
                include(nodes, name, tag_line, member);
                break;
            case '#':
            case '^': {
                check_member(name, tag_line, member);
                Node node{sign == '#' ? Node::Kind::section : Node::Kind::inverted,
                          std::string{member},
                          origin(name, tag_line),
                          {}};
                node.children = read(name, source, at, line, member);
                nodes.push_back(std::move(node));
                break;
            }
            case '/':
                if (member != section) {
                    broken(name, tag_line, "{{/" + std::string{member} + "}} closes nothing that is open");
                }
                return nodes;
            case '&':
            case '{':
                if (std::ranges::find(kUnescaped, std::string{name} + " " + std::string{member}) == kUnescaped.end()) {
                    broken(name, tag_line, "an unescaped member");
                }
                check_member(name, tag_line, member);
                nodes.push_back({Node::Kind::markup, std::string{member}, origin(name, tag_line), {}});
                break;
            case '=':
                broken(name, tag_line, "other delimiters");
            default:
                add_member(nodes, name, tag_line, member);
            }
        }
        if (!section.empty()) {
            broken(name, line, "{{#" + std::string{section} + "}} is not closed");
        }
        return nodes;
    }

    static std::string origin(std::string_view name, std::size_t line)
    {
        return std::string{name} + ".html:" + std::to_string(line);
    }

    static std::string_view trimmed(std::string_view text)
    {
        const auto from = text.find_first_not_of(" \n\t");
        return from == std::string_view::npos ? std::string_view{}
                                              : text.substr(from, text.find_last_not_of(" \n\t") + 1 - from);
    }

    static void check_member(std::string_view name, std::size_t line, std::string_view member)
    {
        if (member.empty() || member.find_first_not_of(kMemberSigns) != std::string_view::npos ||
            member.starts_with("t.") || member.starts_with("asset.")) {
            broken(name, line, "no name of a member: " + std::string{member});
        }
    }

    static void add_text(Nodes& nodes, std::string_view text)
    {
        if (text.empty()) {
            return;
        }
        if (nodes.empty() || nodes.back().kind != Node::Kind::text) {
            nodes.push_back({});
        }
        nodes.back().value += text;
    }

    void include(Nodes& nodes, std::string_view name, std::size_t line, std::string_view member)
    {
        if (member == "content") {
            if (name != "layout") {
                broken(name, line, "{{> content}} belongs to the layout");
            }
            member = content_;
        }
        if (around_.source(member).data() == nullptr) {
            broken(name, line, "no template " + std::string{member});
        }
        for (auto& node : load(member)) {
            if (node.kind == Node::Kind::text) {
                add_text(nodes, node.value);
            } else {
                nodes.push_back(std::move(node));
            }
        }
    }

    void add_member(Nodes& nodes, std::string_view name, std::size_t line, std::string_view member)
    {
        if (member.starts_with("t.")) {
            const auto text = around_.text(member.substr(2));
            if (text.empty()) {
                broken(name, line, "no text " + std::string{member.substr(2)});
            }
            add_places(nodes, name, line, text);
        } else if (member.starts_with("asset.")) {
            const auto address = around_.asset(member.substr(6));
            if (address.empty()) {
                broken(name, line, "no asset " + std::string{member.substr(6)});
            }
            add_text(nodes, escape_html(address));
        } else {
            check_member(name, line, member);
            nodes.push_back({Node::Kind::variable, std::string{member}, origin(name, line), {}});
        }
    }

    /// {total} in a text is the member `total` of the view.
    static void add_places(Nodes& nodes, std::string_view name, std::size_t line, std::string_view text)
    {
        std::size_t at = 0;
        while (at < text.size()) {
            const auto open = std::min(text.find('{', at), text.size());
            add_text(nodes, escape_html(text.substr(at, open - at)));
            if (open == text.size()) {
                return;
            }
            const auto close = text.find('}', open);
            if (close == std::string_view::npos) {
                broken(name, line, "a place of its text is not closed: " + std::string{text});
            }
            const auto member = text.substr(open + 1, close - open - 1);
            check_member(name, line, member);
            nodes.push_back({Node::Kind::variable, std::string{member}, origin(name, line), {}});
            at = close + 1;
        }
    }

    std::string content_;
    const Surroundings& around_;
    std::vector<std::string> open_;
};

} // namespace

Nodes load_tree(std::string_view name, std::string_view content, const Surroundings& around)
{
    return Loader{content, around}.load(name);
}

std::string to_mustache(const Nodes& nodes)
{
    std::string out;
    for (const auto& node : nodes) {
        switch (node.kind) {
        case Node::Kind::text:
            out += node.value;
            break;
        case Node::Kind::variable:
            out += "{{" + node.value + "}}";
            break;
        case Node::Kind::markup:
            out += "{{&" + node.value + "}}";
            break;
        case Node::Kind::section:
        case Node::Kind::inverted:
            out += (node.kind == Node::Kind::section ? "{{#" : "{{^") + node.value + "}}" + to_mustache(node.children) +
                   "{{/" + node.value + "}}";
            break;
        }
    }
    return out;
}

} // namespace vtlt::webui
