// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/indexer/query.h>

#include "ascii_blank.h"
#include "query_lexer.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <iterator>
#include <utility>

/// Grammar (blanks separate; operators in capitals only, since "and" and "not" are words):
///   or    := and { "OR" and }
///   and   := unary { [ "AND" ] unary }
///   unary := "NOT" unary | "-" primary | primary
///   primary := "(" or ")" | quoted | field ":" ( quoted | chunk ) | chunk
/// A chunk of several words (3163/BC-BQP, e-mail) is a phrase.
namespace vtlt::indexer {
namespace {

constexpr std::size_t kMaxDepth = 64;

std::vector<std::string> exact_words(std::string_view text)
{
    std::vector<std::string> words;
    text::for_each_token(text, [&](const text::Token& token) { words.push_back(token.exact); });
    return words;
}

/// nullopt for text without words: a lone dash or bullet asks for nothing.
std::optional<QueryNode> words_node(std::string_view text)
{
    auto words = exact_words(text);
    if (words.empty()) {
        return std::nullopt;
    }
    QueryNode node;
    node.type = words.size() == 1 ? QueryNode::Type::word : QueryNode::Type::phrase;
    node.words = std::move(words);
    return node;
}

/// One child is itself, children of the same type are taken in: the normal form that to_text writes back.
std::optional<QueryNode> join(QueryNode::Type type, std::vector<QueryNode> children)
{
    if (children.empty()) {
        return std::nullopt;
    }
    if (children.size() == 1) {
        return std::move(children.front());
    }
    QueryNode node;
    node.type = type;
    for (auto& child : children) {
        if (child.type == type) {
            std::move(child.children.begin(), child.children.end(), std::back_inserter(node.children));
        } else {
            node.children.push_back(std::move(child));
        }
    }
    return node;
}

QueryNode field_node(const FieldRow& row, std::string_view value, std::size_t at)
{
    QueryNode node;
    node.type = QueryNode::Type::field;
    node.field = row.field;
    switch (row.type) {
    case FieldType::code:
        node.value = trimmed(value);
        if (text::code_key(node.value).empty()) {
            throw Failure{at, "query.missing_value"};
        }
        break;
    case FieldType::words:
        node.words = exact_words(value);
        if (node.words.empty()) {
            throw Failure{at, "query.missing_value"};
        }
        break;
    case FieldType::date:
        node.dates = parse_date_range(trimmed(value));
        if (!node.dates) {
            throw Failure{at, trimmed(value).empty() ? "query.missing_value" : "query.bad_date"};
        }
        break;
    }
    return node;
}

/// Without a word to look for: an empty query or a star means everything, signs alone (an emoji, a bullet) are found
/// nowhere.
QueryNode wordless(std::string_view text)
{
    QueryNode node;
    const auto rest = trimmed(text);
    if (!rest.empty() && rest != "*") {
        node.type = QueryNode::Type::any; // of no children
    }
    return node;
}

class Parser
{
public:
    explicit Parser(std::string_view text) : text_(text), lexer_(text) { advance(); }

    QueryNode parse()
    {
        auto root = parse_or(0);
        if (token_.lexeme == Lexeme::close) {
            throw Failure{token_.at, "query.unopened_bracket"};
        }
        return root ? std::move(*root) : wordless(text_);
    }

private:
    void advance() { token_ = lexer_.next(); }

    bool at_operand() const
    {
        return token_.lexeme != Lexeme::end && token_.lexeme != Lexeme::close && token_.lexeme != Lexeme::op_or &&
               token_.lexeme != Lexeme::op_and;
    }

    /// Operands without words (a lone bullet) vanish; an operator without operand is a mistake.
    void need_operand(std::size_t at) const
    {
        if (!at_operand()) {
            throw Failure{at, "query.missing_operand"};
        }
    }

    std::optional<QueryNode> parse_or(std::size_t depth)
    {
        std::vector<QueryNode> children;
        const auto add = [&] {
            if (auto child = parse_and(depth)) {
                children.push_back(std::move(*child));
            }
        };
        if (token_.lexeme == Lexeme::op_or) {
            throw Failure{token_.at, "query.missing_operand"};
        }
        add();
        while (token_.lexeme == Lexeme::op_or) {
            const auto at = token_.at;
            advance();
            need_operand(at);
            add();
        }
        return join(QueryNode::Type::any, std::move(children));
    }

    std::optional<QueryNode> parse_and(std::size_t depth)
    {
        std::vector<QueryNode> children;
        if (token_.lexeme == Lexeme::op_and) {
            throw Failure{token_.at, "query.missing_operand"};
        }
        while (at_operand()) {
            if (auto child = parse_unary(depth)) {
                children.push_back(std::move(*child));
            }
            if (token_.lexeme == Lexeme::op_and) {
                const auto at = token_.at;
                advance();
                need_operand(at);
            }
        }
        return join(QueryNode::Type::all, std::move(children));
    }

    std::optional<QueryNode> parse_unary(std::size_t depth)
    {
        if (token_.lexeme != Lexeme::op_not && token_.lexeme != Lexeme::minus) {
            return parse_primary(depth);
        }
        const auto at = token_.at;
        check_depth(depth, at);
        advance();
        need_operand(at);
        auto child = parse_unary(depth + 1);
        if (!child) {
            return std::nullopt;
        }
        QueryNode node;
        node.type = QueryNode::Type::none;
        node.children.push_back(std::move(*child));
        return node;
    }

    std::optional<QueryNode> parse_primary(std::size_t depth)
    {
        const auto token = token_;
        if (token.lexeme == Lexeme::open) {
            return parse_group(token.at, depth);
        }
        if (token.lexeme == Lexeme::field) {
            auto node = field_node(*token.row, lexer_.value(), token.value_at);
            advance();
            return node;
        }
        advance();
        return words_node(token.text);
    }

    std::optional<QueryNode> parse_group(std::size_t at, std::size_t depth)
    {
        check_depth(depth, at);
        advance();
        auto node = parse_or(depth + 1);
        if (token_.lexeme != Lexeme::close) {
            throw Failure{at, "query.unclosed_bracket"};
        }
        advance();
        return node;
    }

    static void check_depth(std::size_t depth, std::size_t at)
    {
        if (depth >= kMaxDepth) {
            throw Failure{at, "query.too_deep"};
        }
    }

    std::string_view text_;
    Lexer lexer_;
    Token token_;
};

/// What the text says when its syntax is not one: all its words, numbers and symbols kept together.
QueryNode literal(std::string_view text)
{
    std::vector<QueryNode> children;
    std::size_t begin = 0;
    const auto add = [&](std::size_t end) {
        const auto chunk = text.substr(begin, end - begin);
        if (std::find(kOperators.begin(), kOperators.end(), chunk) == kOperators.end()) {
            if (auto node = words_node(chunk)) {
                children.push_back(std::move(*node));
            }
        }
    };
    for (std::size_t i = 0; i < text.size();) {
        const auto quote = quote_size(text, i);
        const auto size = quote != 0 ? quote : (text[i] == '(' || text[i] == ')' ? 1 : blank_size(text, i));
        if (size != 0) {
            add(i);
            begin = i + size;
        }
        i += std::max<std::size_t>(size, 1);
    }
    add(text.size());
    if (children.empty()) {
        // Nothing but operators: then they are the words.
        if (auto node = words_node(text)) {
            return std::move(*node);
        }
    }
    return join(QueryNode::Type::all, std::move(children)).value_or(wordless(text));
}

} // namespace

Query parse_query(std::string_view text)
{
    const auto whole = text::repair_utf8(text);
    if (text::length(whole) > kMaxQueryLength) {
        throw Error{Kind::invalid, "query.too_long", {{"limit", std::to_string(kMaxQueryLength)}}};
    }
    try {
        return {Parser{whole}.parse(), std::nullopt};
    } catch (const Failure& failure) {
        const auto at = text::length(std::string_view{whole}.substr(0, failure.at));
        return {literal(whole), SyntaxProblem{at, std::string{failure.code}}};
    }
}

} // namespace vtlt::indexer
