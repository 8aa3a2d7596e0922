// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/indexer/query.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>
#include <cstdint>
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
constexpr std::array<std::string_view, 3> kQuotes{"\"", "\xE2\x80\x9C", "\xE2\x80\x9D"};
constexpr std::array<std::string_view, 3> kOperators{"AND", "OR", "NOT"};

enum class Lexeme
{
    end,
    open,
    close,
    quoted,
    chunk,
    field,
    op_and,
    op_or,
    op_not,
    minus
};

struct Token
{
    Lexeme lexeme = Lexeme::end;
    std::string_view text; ///< chunk, inside of quotes
    std::size_t at = 0;    ///< byte
    const FieldRow* row = nullptr;
    std::size_t value_at = 0; ///< of a field: byte of its value
};

bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

std::size_t blank_size(std::string_view text, std::size_t at)
{
    if (is_space(text[at])) {
        return 1;
    }
    if (text.substr(at, 2) == "\xC2\xA0") {
        return 2;
    }
    return text.substr(at, 3) == "\xE3\x80\x80" ? 3 : 0;
}

std::size_t quote_size(std::string_view text, std::size_t at)
{
    for (const auto quote : kQuotes) {
        if (text.substr(at, quote.size()) == quote) {
            return quote.size();
        }
    }
    return 0;
}

const FieldRow* row_named(std::string_view name)
{
    const auto key = text::fold(name);
    const auto* found = std::find_if(kFields.begin(), kFields.end(),
                                     [&](const FieldRow& row) { return row.vietnamese == key || row.english == key; });
    return found == kFields.end() ? nullptr : found;
}

/// Thrown inside the parser only, caught in parse_query.
struct Failure
{
    std::size_t at; ///< byte
    std::string_view code;
};

class Lexer
{
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Token next()
    {
        skip_blanks();
        if (at_ == text_.size()) {
            return {.lexeme = Lexeme::end, .text = {}, .at = at_};
        }
        const auto begin = at_;
        if (text_[at_] == '(' || text_[at_] == ')') {
            ++at_;
            return {.lexeme = text_[begin] == '(' ? Lexeme::open : Lexeme::close, .text = {}, .at = begin};
        }
        if (quote_size(text_, at_) != 0) {
            return {.lexeme = Lexeme::quoted, .text = quoted(), .at = begin};
        }
        if (starts_exclusion()) {
            ++at_;
            return {.lexeme = Lexeme::minus, .text = {}, .at = begin};
        }
        return chunk_token();
    }

    /// Reads a field's value, which starts right after the colon.
    std::string_view value()
    {
        if (at_ == text_.size()) {
            return {};
        }
        return quote_size(text_, at_) != 0 ? quoted() : chunk();
    }

private:
    void skip_blanks()
    {
        while (at_ < text_.size()) {
            const auto size = blank_size(text_, at_);
            if (size == 0) {
                return;
            }
            at_ += size;
        }
    }

    bool ends_chunk(std::size_t at) const
    {
        return at == text_.size() || text_[at] == '(' || text_[at] == ')' || blank_size(text_, at) != 0 ||
               quote_size(text_, at) != 0;
    }

    /// The lexer stands at the start of a chunk, so what is before is a blank, a bracket or a quote.
    bool starts_exclusion() const
    {
        return text_[at_] == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != '-' && text_[at_ + 1] != ')' &&
               blank_size(text_, at_ + 1) == 0;
    }

    std::string_view chunk()
    {
        const auto begin = at_;
        while (!ends_chunk(at_)) {
            ++at_;
        }
        return text_.substr(begin, at_ - begin);
    }

    std::string_view quoted()
    {
        const auto opening = at_;
        at_ += quote_size(text_, at_);
        const auto begin = at_;
        while (at_ < text_.size() && quote_size(text_, at_) == 0) {
            ++at_;
        }
        if (at_ == text_.size()) {
            throw Failure{opening, "query.unclosed_quote"};
        }
        const auto inside = text_.substr(begin, at_ - begin);
        at_ += quote_size(text_, at_);
        return inside;
    }

    Token chunk_token()
    {
        const auto begin = at_;
        const auto word = chunk();
        constexpr std::array lexemes{Lexeme::op_and, Lexeme::op_or, Lexeme::op_not};
        for (std::size_t i = 0; i < kOperators.size(); ++i) {
            if (word == kOperators[i]) {
                return {.lexeme = lexemes[i], .text = word, .at = begin};
            }
        }
        const auto colon = word.find(':');
        const auto* row = colon == std::string_view::npos ? nullptr : row_named(word.substr(0, colon));
        if (row == nullptr) {
            return {.lexeme = Lexeme::chunk, .text = word, .at = begin};
        }
        at_ = begin + colon + 1;
        return {.lexeme = Lexeme::field, .text = word.substr(0, colon), .at = begin, .row = row, .value_at = at_};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

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

std::string trimmed(std::string_view text)
{
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    return std::string{text};
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

class Parser
{
public:
    explicit Parser(std::string_view text) : lexer_(text) { advance(); }

    QueryNode parse()
    {
        auto root = parse_or(0);
        if (token_.lexeme == Lexeme::close) {
            throw Failure{token_.at, "query.unopened_bracket"};
        }
        return root ? std::move(*root) : QueryNode{};
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
    return join(QueryNode::Type::all, std::move(children)).value_or(QueryNode{});
}

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
        append_children(out, node, " OR ", open);
        return;
    case QueryNode::Type::none:
        out += "NOT ";
        append_node(out, node.children.front(), false);
        return;
    }
}

bool all_digits(std::string_view text, std::size_t at_least, std::size_t at_most)
{
    return text.size() >= at_least && text.size() <= at_most &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t number(std::string_view digits)
{
    std::int64_t value = 0;
    for (const char c : digits) {
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<DateRange> month_range(std::string_view year, std::string_view month)
{
    const auto first = date_from_int(number(year) * 10000 + number(month) * 100 + 1);
    if (!first) {
        return std::nullopt;
    }
    return DateRange{first, Date{first->year() / first->month() / std::chrono::last}};
}

/// One side of a range: a year, a month or a day, as the days it covers.
std::optional<DateRange> parse_span(std::string_view text)
{
    if (all_digits(text, 4, 4)) {
        const auto first = date_from_int(number(text) * 10000 + 101);
        return first ? std::optional{DateRange{first, date_from_int(number(text) * 10000 + 1231)}} : std::nullopt;
    }
    const auto cut = text.find_first_of("-/.");
    if (cut != std::string_view::npos) {
        const auto left = text.substr(0, cut);
        const auto right = text.substr(cut + 1);
        if (all_digits(left, 4, 4) && all_digits(right, 1, 2)) {
            return month_range(left, right);
        }
        if (all_digits(left, 1, 2) && all_digits(right, 4, 4)) {
            return month_range(right, left);
        }
    }
    const auto day = parse_date(text);
    return day ? std::optional{DateRange{day, day}} : std::nullopt;
}

} // namespace

std::optional<DateRange> parse_date_range(std::string_view text)
{
    const auto dots = text.find("..");
    if (dots == std::string_view::npos) {
        return parse_span(text);
    }
    const auto left = trimmed(text.substr(0, dots));
    const auto right = trimmed(text.substr(dots + 2));
    const auto from = parse_span(left);
    const auto to = parse_span(right);
    if ((!from && !left.empty()) || (!to && !right.empty()) || (!from && !to)) {
        return std::nullopt;
    }
    const DateRange range{from ? from->from : std::nullopt, to ? to->to : std::nullopt};
    if (range.from && range.to && *range.from > *range.to) {
        return std::nullopt;
    }
    return range;
}

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

std::string to_text(const QueryNode& node)
{
    std::string out;
    append_node(out, node, true);
    return out;
}

} // namespace vtlt::indexer
