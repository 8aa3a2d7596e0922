// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/indexer/query.h>

#include <algorithm>

namespace vtlt::indexer {

namespace {

void append_words(std::string& out, const std::vector<std::string>& words)
{
    out.push_back('"');
    for (std::size_t i = 0; i < words.size(); ++i) {
        out += (i == 0 ? "" : " ") + words[i];
    }
    out.push_back('"');
}

const FieldRow& row_of(Field field)
{
    return *std::find_if(kFields.begin(), kFields.end(), [&](const FieldRow& row) { return row.field == field; });
}

void append_field(std::string& out, const QueryNode& node)
{
    const auto& row = row_of(node.field.value());
    out += row.vietnamese;
    out.push_back(':');
    if (row.type == FieldType::code) {
        out += '"' + node.value + '"';
    } else if (row.type == FieldType::words) {
        append_words(out, node.words);
    } else {
        const auto dates = node.dates.value_or(DateRange{});
        out += (dates.from ? format_date(*dates.from) : "") + ".." + (dates.to ? format_date(*dates.to) : "");
    }
}

void append_node(std::string& out, const QueryNode& node, bool open);

/// `open`: without brackets of its own. AND binds tighter than OR, so an `all` inside an `any` needs none; writing them
/// anyway could make a query deeper than the one that was read.
void append_children(std::string& out, const QueryNode& node, std::string_view separator, bool open)
{
    out += open ? "" : "(";
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        out += i == 0 ? "" : separator;
        const auto& child = node.children[i];
        append_node(out, child, node.type == QueryNode::Type::any && child.type == QueryNode::Type::all);
    }
    out += open ? "" : ")";
}

void append_node(std::string& out, const QueryNode& node, bool open)
{
    switch (node.type) {
    case QueryNode::Type::everything:
        return;
    case QueryNode::Type::word:
        out += node.words.front();
        return;
    case QueryNode::Type::phrase:
        append_words(out, node.words);
        return;
    case QueryNode::Type::field:
        append_field(out, node);
        return;
    case QueryNode::Type::all:
        append_children(out, node, " ", open);
        return;
    case QueryNode::Type::any:
        if (node.children.empty()) {
            out += "\"\""; // reads as nothing to be found
            return;
        }
        append_children(out, node, " OR ", open);
        return;
    case QueryNode::Type::none:
        out += "NOT ";
        append_node(out, node.children.front(), false);
        return;
    }
}

} // namespace

std::string to_text(const QueryNode& node)
{
    std::string out;
    append_node(out, node, true);
    return out;
}

} // namespace vtlt::indexer
