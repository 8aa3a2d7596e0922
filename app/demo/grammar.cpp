// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/grammar.h>

#include <app/demo/letters.h>

#include <vtlt/core/base/embedded_file.h>
#include <vtlt/core/base/error.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdio>
#include <span>
#include <utility>

namespace vtlt::demo_words {
std::span<const EmbeddedFile> files();
}

namespace vtlt::demo {

namespace {

constexpr RuleId kNoRule = ~RuleId{0};

/// Names a text may use without a rule; the order is that of `Value`.
enum class Value : std::uint32_t
{
    unit,
    parent,
    head,
    head_deputy,
    year,
    prev,
    next,
    quarter,
    subject,
    title,
    date_long,
    past,
    past_long,
    due,
    due_long,
    nil,
    sp,
    signer,
    signer_post,
    secretary
};
constexpr std::array<std::string_view, 20> kValues{"unit",      "parent", "head",      "head_deputy", "year",
                                                   "prev",      "next",   "quarter",   "subject",     "title",
                                                   "date_long", "past",   "past_long", "due",         "due_long",
                                                   "nil",       "sp",     "signer",    "signer_post", "secretary"};
constexpr std::array<std::string_view, 4> kQuarters{"quý I", "quý II", "quý III", "quý IV"};

[[noreturn]] void fail(std::string_view code, std::string_view what)
{
    throw Error{Kind::internal, std::string{code}, {{"rule", std::string{what}}}};
}

std::string_view trimmed(std::string_view text)
{
    const auto begin = text.find_first_not_of(" \r\t");
    return begin == text.npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(" \r\t") - begin + 1);
}

int number_of(std::string_view digits)
{
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
        fail("demo.grammar", digits);
    }
    return value;
}

std::pair<std::string_view, std::string_view> split_once(std::string_view text, std::string_view by)
{
    const auto at = text.find(by);
    return at == text.npos ? std::pair{text, std::string_view{}}
                           : std::pair{text.substr(0, at), text.substr(at + by.size())};
}

/// "05 tháng 3 năm 2020", for texts that have said "ngày".
std::string after_the_word_day(Date date)
{
    constexpr std::string_view kDay = "ngày ";
    return date_in_words(date).substr(kDay.size());
}

template <class... Values>
std::string print(const char* format, Values... values)
{
    std::array<char, 64> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), format, values...);
    return {buffer.data(), static_cast<std::size_t>(size)};
}

} // namespace

std::string grouped(int value, int digits)
{
    std::string out = print("%0*d", digits, value);
    for (auto at = static_cast<int>(out.size()) - 3; at > 0; at -= 3) {
        out.insert(static_cast<std::size_t>(at), 1, '.');
    }
    return out;
}

std::string date_in_words(Date date)
{
    const unsigned day{date.day()};
    const unsigned month{date.month()};
    return print("ngày %02u tháng ", day) + print(month < 3 ? "%02u" : "%u", month) +
           print(" năm %d", int{date.year()});
}

Date days_later(Date date, int days)
{
    return Date{std::chrono::sys_days{date} + std::chrono::days{days}};
}

const Grammar& Grammar::get()
{
    static const Grammar grammar;
    return grammar;
}

Grammar::Grammar()
{
    for (const auto& file : demo_words::files()) {
        load(file.text());
    }
    for (auto& rule : rules_) {
        for (auto& alternative : rule.alternatives) {
            std::ranges::for_each(alternative.pieces, [this](Piece& piece) { resolve(piece); });
        }
    }
    const auto add_scope = [this](const std::string& scope) {
        auto& rules = scopes_[scope];
        auto qualified = scope + ".";
        const auto prefix = qualified.size();
        for (const auto& name : names_) {
            qualified.resize(prefix);
            qualified += name;
            const auto found = ids_.find(qualified);
            rules.push_back(found == ids_.end() ? kNoRule : found->second);
        }
    };
    for (const auto& topic : topics_) {
        add_scope(topic.code);
    }
    for (const auto& [name, id] : ids_) {
        if (name.ends_with(".abbr")) {
            add_scope(name.substr(0, name.size() - 5));
        }
    }
}

void Grammar::load(std::string_view file)
{
    std::string prefix;
    RuleId current = kNoRule;
    while (!file.empty()) {
        const auto [line, rest] = split_once(file, "\n");
        file = rest;
        if (line.starts_with("#") || trimmed(line).empty()) {
            continue;
        }
        if (line.starts_with("== ")) {
            open_topic(line.substr(3));
            prefix = topics_.back().code + ".";
        } else if (line.front() == ' ') {
            add_alternatives(current, line);
        } else {
            const auto [head, alternatives] = split_once(line, ":");
            const bool zipf = head.ends_with('~');
            current = open_rule(prefix + std::string{head.substr(0, head.size() - (zipf ? 1 : 0))});
            if (zipf) {
                rules_[current].cumulative.push_back(0);
            }
            add_alternatives(current, alternatives);
        }
    }
}

void Grammar::open_topic(std::string_view line)
{
    const auto [code, rest] = split_once(line, " ");
    const auto [heading, title] = split_once(rest, " ");
    topics_.push_back({std::string{code}, std::string{heading}, std::string{title}});
}

RuleId Grammar::open_rule(std::string name)
{
    const auto [at, fresh] = ids_.emplace(std::move(name), static_cast<RuleId>(rules_.size()));
    if (!fresh) {
        fail("demo.grammar", at->first);
    }
    rules_.emplace_back();
    return at->second;
}

void Grammar::add_alternatives(RuleId id, std::string_view line)
{
    auto& rule = rules_.at(id);
    while (!line.empty()) {
        const auto [alternative, rest] = split_once(line, " | ");
        line = rest;
        const auto text = trimmed(alternative);
        if (text.empty()) {
            continue;
        }
        rule.alternatives.push_back(parse_alternative(text));
        if (!rule.cumulative.empty()) {
            const auto rank = static_cast<std::uint32_t>(rule.alternatives.size());
            rule.cumulative.push_back(rule.cumulative.back() + 1'000'000 / rank);
        }
    }
}

Grammar::Alternative Grammar::parse_alternative(std::string_view text)
{
    Alternative alternative;
    if (text.starts_with('@')) {
        const auto [years, rest] = split_once(text.substr(1), " ");
        const auto [from, to] = split_once(years, "-");
        alternative.from = number_of(from);
        alternative.to = number_of(to);
        text = trimmed(rest);
    }
    const auto literal = [&](std::string_view source) {
        std::string out{source};
        for (auto at = out.find("\\n"); at != out.npos; at = out.find("\\n", at)) {
            out.replace(at, 2, "\n");
        }
        alternative.pieces.push_back({.text = std::move(out)});
    };
    while (!text.empty()) {
        const auto open = text.find('{');
        literal(text.substr(0, open));
        if (open == text.npos) {
            break;
        }
        const auto close = text.find('}', open);
        if (close == text.npos) {
            fail("demo.grammar", text);
        }
        alternative.pieces.push_back(parse_slot(text.substr(open + 1, close - open - 1)));
        text.remove_prefix(close + 1);
    }
    std::erase_if(alternative.pieces,
                  [](const Piece& piece) { return piece.slot == Slot::text && piece.text.empty(); });
    return alternative;
}

Grammar::Piece Grammar::parse_slot(std::string_view slot)
{
    Piece piece{.slot = Slot::rule};
    if (slot.front() >= '0' && slot.front() <= '9') {
        const auto [low, high] = split_once(slot, "..");
        const auto point = low.find('.');
        const auto whole = [](std::string_view digits) {
            std::string joined{digits};
            std::erase(joined, '.');
            return number_of(joined);
        };
        piece.slot = point == low.npos ? Slot::whole : Slot::decimal;
        piece.digits = point != low.npos      ? static_cast<int>(low.size() - point - 1)
                       : low.starts_with('0') ? static_cast<int>(low.size())
                                              : 0;
        piece.low = whole(low);
        piece.high = whole(high);
        return piece;
    }
    const auto take = [&slot](char mark) {
        const bool there = slot.starts_with(mark);
        slot.remove_prefix(there ? 1 : 0);
        return there;
    };
    piece.capital = take('^');
    piece.by_length = take('#');
    if (take('.')) {
        piece.slot = Slot::topic_rule;
    } else if (take('@')) {
        piece.slot = Slot::unit_rule;
    }
    const auto [name, times] = split_once(slot, "*");
    if (!times.empty()) {
        const auto [low, high] = split_once(times, "-");
        piece.low = number_of(low);
        piece.high = number_of(high);
    }
    piece.text = name;
    return piece;
}

void Grammar::resolve(Piece& piece)
{
    if (piece.slot == Slot::topic_rule || piece.slot == Slot::unit_rule) {
        const auto at = std::ranges::find(names_, piece.text);
        piece.target = static_cast<std::uint32_t>(at - names_.begin());
        if (at == names_.end()) {
            names_.push_back(piece.text);
        }
    } else if (piece.slot == Slot::rule) {
        if (const auto rule = ids_.find(piece.text); rule != ids_.end()) {
            piece.target = rule->second;
            return;
        }
        const auto at = std::ranges::find(kValues, piece.text);
        if (at == kValues.end()) {
            fail("demo.no_rule", piece.text);
        }
        piece.slot = Slot::value;
        piece.target = static_cast<std::uint32_t>(at - kValues.begin());
    }
}

RuleId Grammar::rule(std::string_view name) const
{
    const auto found = ids_.find(name);
    if (found == ids_.end()) {
        fail("demo.no_rule", name);
    }
    return found->second;
}

RuleId Grammar::rule(std::string_view scope, std::string_view name) const
{
    return rule(std::string{scope} + "." + std::string{name});
}

RuleId Grammar::scoped(std::string_view scope, std::uint32_t name) const
{
    const auto rules = scopes_.find(scope);
    const auto id = rules == scopes_.end() ? kNoRule : rules->second.at(name);
    if (id == kNoRule) {
        fail("demo.no_rule", std::string{scope} + "." + names_.at(name));
    }
    return id;
}

Writer::Writer(Random& random, const Context& context)
    : grammar_(Grammar::get()), random_(random), context_(context), used_(grammar_.rules_.size())
{}

std::string Writer::write(RuleId rule)
{
    std::string out;
    expand(rule, out);
    return out;
}

const Grammar::Alternative& Writer::choose(RuleId id)
{
    const auto& rule = grammar_.rules_[id];
    const int year{context_.date.year()};
    const auto pick = [&] {
        if (rule.cumulative.empty()) {
            return random_.below(rule.alternatives.size());
        }
        const auto weight = random_.below(rule.cumulative.back());
        return static_cast<std::size_t>(std::ranges::upper_bound(rule.cumulative, weight) - rule.cumulative.begin() -
                                        1);
    };
    const auto in_force = [&](const auto& alternative) { return alternative.from <= year && year <= alternative.to; };
    // A few tries for one in force and not yet used, then any in force: enough variety, bounded work.
    std::size_t chosen = pick();
    for (int tries = 0; tries < 12; ++tries, chosen = pick()) {
        const auto bit = std::uint64_t{1} << (chosen % 64);
        if (in_force(rule.alternatives[chosen]) && ((used_[id] & bit) == 0 || tries > 7)) {
            used_[id] |= bit;
            return rule.alternatives[chosen];
        }
    }
    const auto any = std::ranges::find_if(rule.alternatives, in_force);
    return any == rule.alternatives.end() ? rule.alternatives.front() : *any;
}

void Writer::expand(RuleId rule, std::string& out)
{
    for (const auto& piece : choose(rule).pieces) {
        const auto begin = out.size();
        expand(piece, out);
        if (piece.capital) {
            capitalise(out, begin);
        }
    }
}

void Writer::expand(const Grammar::Piece& piece, std::string& out)
{
    switch (piece.slot) {
    case Grammar::Slot::text:
        out += piece.text;
        return;
    case Grammar::Slot::value:
        put_value(piece.target, out);
        return;
    case Grammar::Slot::whole:
    case Grammar::Slot::decimal:
        put_number(piece, out);
        return;
    case Grammar::Slot::rule:
        expand_lines(piece.target, piece, out);
        return;
    case Grammar::Slot::topic_rule:
        expand_lines(grammar_.scoped(context_.topic, piece.target), piece, out);
        return;
    case Grammar::Slot::unit_rule:
        expand_lines(grammar_.scoped(context_.unit_code, piece.target), piece, out);
        return;
    }
}

void Writer::expand_lines(RuleId rule, const Grammar::Piece& piece, std::string& out)
{
    const int times = piece.by_length ? static_cast<int>(context_.length) : random_.between(piece.low, piece.high);
    for (int i = 0; i < times; ++i) {
        if (i > 0) {
            out += '\n';
        }
        expand(rule, out);
    }
}

void Writer::put_number(const Grammar::Piece& piece, std::string& out)
{
    const int value = random_.between(piece.low, piece.high);
    if (piece.slot == Grammar::Slot::whole) {
        const bool is_year = piece.low >= 1900 && piece.high <= 2100;
        out += is_year ? std::to_string(value) : grouped(value, piece.digits);
        return;
    }
    const int scale = piece.digits == 1 ? 10 : 100;
    out += grouped(value / scale) + "," + print("%0*d", piece.digits, value % scale);
}

void Writer::put_value(std::uint32_t value, std::string& out)
{
    const int year{context_.date.year()};
    switch (static_cast<Value>(value)) {
    case Value::unit:
        out += context_.unit;
        return;
    case Value::parent:
        out += context_.parent;
        return;
    case Value::head:
        out += context_.head;
        return;
    case Value::head_deputy:
        out += context_.head_deputy;
        return;
    case Value::year:
        out += std::to_string(year);
        return;
    case Value::prev:
        out += std::to_string(year - 1);
        return;
    case Value::next:
        out += std::to_string(year + 1);
        return;
    case Value::quarter:
        out += kQuarters[(unsigned{context_.date.month()} - 1) / 3];
        return;
    case Value::subject:
        out += context_.subject;
        return;
    case Value::title:
        out += context_.title;
        return;
    case Value::date_long:
        out += after_the_word_day(context_.date);
        return;
    case Value::past:
        out += format_date_vi(days_later(context_.date, -random_.between(3, 120)));
        return;
    case Value::past_long:
        out += after_the_word_day(days_later(context_.date, -random_.between(3, 200)));
        return;
    case Value::due:
        out += format_date_vi(days_later(context_.date, random_.between(5, 90)));
        return;
    case Value::due_long:
        out += after_the_word_day(days_later(context_.date, random_.between(3, 20)));
        return;
    case Value::nil:
        return;
    case Value::sp:
        out += ' ';
        return;
    case Value::signer:
        out += context_.signer;
        return;
    case Value::signer_post:
        out += context_.signer_post;
        return;
    case Value::secretary:
        out += context_.secretary;
        return;
    }
}

} // namespace vtlt::demo
