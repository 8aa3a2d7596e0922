// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/demo/random.h>

#include <vtlt/core/base/date.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::demo {

/// A field of work: a section of words/topics.txt.
struct Topic
{
    std::string code;
    std::string heading; ///< abbreviation in dossier codes
    std::string title;
};

using RuleId = std::uint32_t;

/// What a text may name without a rule, and where its scoped rules are looked up.
struct Context
{
    std::string_view topic; ///< code
    std::string_view unit_code;
    std::string_view unit;
    std::string_view parent;
    std::string_view head;        ///< "Cục trưởng"
    std::string_view head_deputy; ///< "Phó Cục trưởng"
    std::string subject;          ///< bare: "phê duyệt …"
    std::string title;            ///< as the document calls it: "về việc phê duyệt …"
    std::string signer;
    std::string_view signer_post; ///< "Phó Cục trưởng"
    std::string secretary;        ///< who takes the minutes
    Date date;
    std::size_t length = 1; ///< how often {#rule} stands
};

/// The rules of words/*.txt (notation at the top of common.txt), compiled once per process; reading is safe from any
/// thread.
class Grammar
{
public:
    static const Grammar& get();

    const std::vector<Topic>& topics() const { return topics_; }
    /// Throws Kind::internal `demo.no_rule`.
    RuleId rule(std::string_view name) const;
    /// The rule `scope.name` of a topic or a unit.
    RuleId rule(std::string_view scope, std::string_view name) const;

private:
    friend class Writer;

    enum class Slot : std::uint8_t
    {
        text,
        rule,
        topic_rule,
        unit_rule,
        value,
        whole,
        decimal
    };

    struct Piece
    {
        Slot slot = Slot::text;
        bool capital = false;
        bool by_length = false; ///< {#rule}
        int low = 1;            ///< of a number, or how many lines
        int high = 1;
        int digits = 0;           ///< of a whole number at least so many; of a decimal after the comma
        std::uint32_t target = 0; ///< rule, scoped name or value
        std::string text;         ///< literal; of a slot its name
    };
    struct Alternative
    {
        int from = 0;
        int to = 9999;
        std::vector<Piece> pieces;
    };
    struct Rule
    {
        std::vector<Alternative> alternatives;
        std::vector<std::uint32_t> cumulative; ///< weights 1, 1/2, 1/3 … of a Zipf rule, else empty
    };
    using Ids = std::map<std::string, std::uint32_t, std::less<>>;

    Grammar();
    static Piece parse_slot(std::string_view slot);
    static Alternative parse_alternative(std::string_view text);
    void load(std::string_view file);
    void open_topic(std::string_view line);
    RuleId open_rule(std::string name);
    void add_alternatives(RuleId rule, std::string_view line);
    void resolve(Piece& piece);
    RuleId scoped(std::string_view scope, std::uint32_t name) const;

    std::vector<Topic> topics_;
    std::vector<Rule> rules_;
    Ids ids_;
    std::vector<std::string> names_;                                 ///< of {.rule} and {@rule}
    std::map<std::string, std::vector<RuleId>, std::less<>> scopes_; ///< topic or unit code → rule of each name
};

/// Expands rules for one document. An alternative comes again only when its rule has none left that was not used.
class Writer
{
public:
    Writer(Random& random, const Context& context);

    std::string write(RuleId rule);
    std::string write(std::string_view rule) { return write(grammar_.rule(rule)); }
    std::string write_topic(std::string_view rule) { return write(grammar_.rule(context_.topic, rule)); }
    std::string write_unit(std::string_view rule) { return write(grammar_.rule(context_.unit_code, rule)); }

private:
    void expand(RuleId rule, std::string& out);
    void expand(const Grammar::Piece& piece, std::string& out);
    void expand_lines(RuleId rule, const Grammar::Piece& piece, std::string& out);
    void put_value(std::uint32_t value, std::string& out);
    void put_number(const Grammar::Piece& piece, std::string& out);
    const Grammar::Alternative& choose(RuleId rule);

    const Grammar& grammar_;
    Random& random_;
    const Context& context_;
    std::vector<std::uint64_t> used_;
};

/// 1284 → "1.284", with at least `digits` digits.
std::string grouped(int value, int digits = 0);
/// "ngày 05 tháng 3 năm 2020": NĐ 30/2020 puts a zero before days under 10 and months 1 and 2.
std::string date_in_words(Date date);
Date days_later(Date date, int days);

} // namespace vtlt::demo
