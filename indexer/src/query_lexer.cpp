// SPDX-License-Identifier: GPL-3.0-or-later
#include "query_lexer.h"

#include "ascii_blank.h"

#include <vtlt/core/base/text.h>

#include <algorithm>

namespace vtlt::indexer {

namespace {

constexpr std::array<std::string_view, 3> kQuotes{"\"", "\xE2\x80\x9C", "\xE2\x80\x9D"};

const FieldRow* row_named(std::string_view name)
{
    const auto key = text::fold(name);
    const auto* found = std::find_if(kFields.begin(), kFields.end(),
                                     [&](const FieldRow& row) { return row.vietnamese == key || row.english == key; });
    return found == kFields.end() ? nullptr : found;
}

} // namespace

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

Token Lexer::next()
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

std::string_view Lexer::value()
{
    if (at_ == text_.size()) {
        return {};
    }
    return quote_size(text_, at_) != 0 ? quoted() : chunk();
}

void Lexer::skip_blanks()
{
    while (at_ < text_.size()) {
        const auto size = blank_size(text_, at_);
        if (size == 0) {
            return;
        }
        at_ += size;
    }
}

bool Lexer::ends_chunk(std::size_t at) const
{
    return at == text_.size() || text_[at] == '(' || text_[at] == ')' || blank_size(text_, at) != 0 ||
           quote_size(text_, at) != 0;
}

bool Lexer::starts_exclusion() const
{
    return text_[at_] == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != '-' && text_[at_ + 1] != ')' &&
           blank_size(text_, at_ + 1) == 0;
}

std::string_view Lexer::chunk()
{
    const auto begin = at_;
    while (!ends_chunk(at_)) {
        ++at_;
    }
    return text_.substr(begin, at_ - begin);
}

std::string_view Lexer::quoted()
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

Token Lexer::chunk_token()
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

} // namespace vtlt::indexer
