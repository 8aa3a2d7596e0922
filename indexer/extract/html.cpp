// SPDX-License-Identifier: GPL-3.0-or-later
#include "handlers.h"

#include "charset.h"
#include "utf8.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <new>

namespace vtlt::extract {

namespace {

/// Bytes of tree for a byte of source: 8 for prose, 38 for small table cells (measured). What cannot fit even as prose
/// is not tried; the rest finds its limit in `allocate`.
constexpr std::uint64_t kTreeFactor = 8;

constexpr std::array kSkipped{GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE,  GUMBO_TAG_TEMPLATE, GUMBO_TAG_NOFRAMES,
                              GUMBO_TAG_IFRAME, GUMBO_TAG_OBJECT, GUMBO_TAG_HEAD,     GUMBO_TAG_SVG};

constexpr std::array kBlocks{
    GUMBO_TAG_P,       GUMBO_TAG_DIV,     GUMBO_TAG_H1,         GUMBO_TAG_H2,     GUMBO_TAG_H3,      GUMBO_TAG_H4,
    GUMBO_TAG_H5,      GUMBO_TAG_H6,      GUMBO_TAG_UL,         GUMBO_TAG_OL,     GUMBO_TAG_LI,      GUMBO_TAG_DL,
    GUMBO_TAG_DT,      GUMBO_TAG_DD,      GUMBO_TAG_TABLE,      GUMBO_TAG_TR,     GUMBO_TAG_CAPTION, GUMBO_TAG_PRE,
    GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE, GUMBO_TAG_HEADER,     GUMBO_TAG_FOOTER, GUMBO_TAG_NAV,     GUMBO_TAG_ASIDE,
    GUMBO_TAG_MAIN,    GUMBO_TAG_FORM,    GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_HR,     GUMBO_TAG_CENTER,  GUMBO_TAG_FIGURE,
    GUMBO_TAG_ADDRESS, GUMBO_TAG_OPTION,  GUMBO_TAG_FIELDSET,   GUMBO_TAG_THEAD,  GUMBO_TAG_TBODY,   GUMBO_TAG_BODY,
};

template <std::size_t N>
bool is_one_of(GumboTag tag, const std::array<GumboTag, N>& tags)
{
    return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

void* allocate(void*, std::size_t bytes)
{
    // gumbo does not look at what malloc answers; leaving it in the middle is fine, the child ends with this document.
    return ::operator new(bytes);
}

void deallocate(void*, void* memory)
{
    ::operator delete(memory);
}

/// White space as a browser shows it: runs are one space, blocks start on a line of their own.
class Flow
{
public:
    explicit Flow(Output& output) : output_(output) {}

    void words(std::string_view text, bool preformatted)
    {
        if (preformatted) {
            flush();
            output_.text(text);
            at_line_start_ = text.empty() ? at_line_start_ : text.back() == '\n';
            return;
        }
        while (!text.empty()) {
            const auto begin = text.find_first_not_of(" \t\r\n\f");
            if (begin != 0) {
                pending_ = pending_ == '\0' ? ' ' : pending_;
            }
            if (begin == std::string_view::npos) {
                return;
            }
            text.remove_prefix(begin);
            const auto end = std::min(text.find_first_of(" \t\r\n\f"), text.size());
            flush();
            output_.text(text.substr(0, end));
            at_line_start_ = false;
            text.remove_prefix(end);
        }
    }

    void line() { pending_ = '\n'; }
    void column() { pending_ = pending_ == '\n' ? '\n' : '\t'; }
    void hard_line()
    {
        output_.text("\n");
        at_line_start_ = true;
        pending_ = '\0';
    }

private:
    void flush()
    {
        if (pending_ != '\0' && !at_line_start_) {
            output_.text(std::string_view{&pending_, 1});
        }
        pending_ = '\0';
    }

    Output& output_;
    char pending_ = '\0';
    bool at_line_start_ = true;
};

const GumboVector& children_of(const GumboNode& node)
{
    return node.type == GUMBO_NODE_DOCUMENT ? node.v.document.children : node.v.element.children;
}

bool has_children(const GumboNode& node)
{
    return node.type == GUMBO_NODE_DOCUMENT || node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
}

const GumboNode* child(const GumboNode& node, std::size_t at)
{
    const auto& children = children_of(node);
    return at < children.length ? static_cast<const GumboNode*>(children.data[at]) : nullptr;
}

bool is_element(const GumboNode& node, GumboTag tag)
{
    return node.type == GUMBO_NODE_ELEMENT && node.v.element.tag == tag;
}

bool is_text(const GumboNode& node)
{
    return node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE || node.type == GUMBO_NODE_CDATA;
}

/// Walks without recursion: a page may nest deeper than any stack. `enter` answers whether to go inside.
template <class Enter, class Leave>
void walk(const GumboNode& root, Enter&& enter, Leave&& leave)
{
    const auto* node = &root;
    bool entering = true;
    for (;;) {
        if (entering && enter(*node) && has_children(*node) && child(*node, 0) != nullptr) {
            node = child(*node, 0);
            continue;
        }
        leave(*node);
        if (node == &root) {
            return;
        }
        const auto* sibling = child(*node->parent, node->index_within_parent + 1);
        entering = sibling != nullptr;
        node = entering ? sibling : node->parent;
    }
}

std::string text_within(const GumboNode& root)
{
    std::string text;
    walk(
        root,
        [&](const GumboNode& node) {
            if (is_text(node) && text.size() < 4096) {
                text += node.v.text.text;
            }
            return true;
        },
        [](const GumboNode&) {});
    return text;
}

const GumboNode* find_element(const GumboNode& root, GumboTag tag)
{
    const GumboNode* found = nullptr;
    walk(
        root,
        [&](const GumboNode& node) {
            found = found == nullptr && is_element(node, tag) && node.v.element.tag_namespace == GUMBO_NAMESPACE_HTML
                        ? &node
                        : found;
            return found == nullptr;
        },
        [](const GumboNode&) {});
    return found;
}

void write_body(const GumboNode& root, Output& output)
{
    Flow flow{output};
    int preformatted = 0;
    const auto is_block = [](const GumboNode& node) {
        return node.type == GUMBO_NODE_ELEMENT && is_one_of(node.v.element.tag, kBlocks);
    };
    walk(
        root,
        [&](const GumboNode& node) {
            if (is_text(node)) {
                flow.words(node.v.text.text, preformatted > 0);
                return false;
            }
            if (node.type == GUMBO_NODE_TEMPLATE || node.type == GUMBO_NODE_COMMENT ||
                (node.type == GUMBO_NODE_ELEMENT && is_one_of(node.v.element.tag, kSkipped))) {
                return false;
            }
            if (is_block(node)) {
                flow.line();
            }
            preformatted += is_element(node, GUMBO_TAG_PRE) ? 1 : 0;
            if (is_element(node, GUMBO_TAG_BR)) {
                flow.hard_line();
            }
            return true;
        },
        [&](const GumboNode& node) {
            preformatted -= is_element(node, GUMBO_TAG_PRE) ? 1 : 0;
            if (is_block(node)) {
                flow.line();
            } else if (is_element(node, GUMBO_TAG_TD) || is_element(node, GUMBO_TAG_TH)) {
                flow.column();
            }
        });
}

struct Markup
{
    std::string utf8;
    std::string charset;
};

Markup decode(const Document& document)
{
    const auto size = document.source.size();
    if (size > document.memory_bytes / kTreeFactor) {
        throw Verdict{Cause::memory_limit};
    }
    auto bytes = document.source.bytes(0, static_cast<std::size_t>(size));
    const auto form = document.identity.text;
    if (form == TextBytes::utf16_little || form == TextBytes::utf16_big) {
        std::size_t used = 0;
        auto utf8 = utf16_to_utf8(bytes, form == TextBytes::utf16_big ? ByteOrder::big : ByteOrder::little, used);
        return {std::move(utf8), std::string{text_form_name(form)}};
    }
    Utf8Survey survey;
    survey.add(bytes);
    if (form == TextBytes::utf8_mark || survey.is_utf8()) {
        return {std::move(bytes), "utf-8"};
    }
    const auto declared = find_charset(declared_charset(bytes));
    if (!declared) {
        throw Verdict{Cause::unknown_encoding};
    }
    return {to_utf8(*declared, bytes), std::string{charset_name(*declared)}};
}

} // namespace

void read_html(const Document& document)
{
    const auto markup = decode(document);
    auto& output = document.output;
    output.charset(markup.charset);
    auto options = kGumboDefaultOptions;
    options.allocator = allocate;
    options.deallocator = deallocate;
    options.max_errors = 0;
    // Never destroyed: gumbo does that by recursion, and the child ends anyway.
    const auto* tree = gumbo_parse_with_options(&options, markup.utf8.data(), markup.utf8.size());
    const auto& root = *tree->document;
    for (const auto tag : {GUMBO_TAG_TITLE, GUMBO_TAG_H1}) {
        if (const auto* element = find_element(root, tag)) {
            output.title(text_within(*element));
        }
    }
    output.begin_page(std::nullopt);
    write_body(root, output);
    output.finish_page();
    if (!output.has_text()) {
        throw Verdict{Cause::empty};
    }
}

} // namespace vtlt::extract
