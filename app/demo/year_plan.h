// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/demo/demo.h>
#include <app/demo/grammar.h>
#include <app/demo/random.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::demo {

inline constexpr int kFirstYear = 2015;
inline constexpr int kLastYear = 2026;

/// How a unit numbers and signs.
struct Office
{
    Unit unit;
    std::string_view short_parent; ///< as printed over the unit: capitals follow
    std::string_view printed;      ///< the unit as printed under it
    std::string_view place;
    std::string_view head;
    std::string_view head_deputy;
    std::string_view office_head; ///< who signs TL.
    bool military = false;
    enum class Series
    {
        one,
        letters_apart,
        by_kind
    } series = Series::one;
    int weight = 1;
};

std::span<const Office> offices();

struct KindOfPaper
{
    std::string_view code; ///< NĐ 30/2020, phụ lục III; CV for công văn
    std::string_view name;
    int weight = 1;
    std::size_t longest = 6;      ///< sections at most
    std::string_view topics = {}; ///< where it is used; empty: everywhere
};

std::span<const KindOfPaper> kinds();

/// What is fixed of a document before a word of it is written.
struct Slot
{
    std::size_t ordinal = 0; ///< in unit and year
    Date date;
    std::size_t kind = 0; ///< index into kinds()
    std::string number;
    std::size_t dossier = 0;
};

/// One unit's year: its file plan and, one after another, its documents in the order of their dates and numbers.
class YearPlan
{
public:
    struct Filed
    {
        Dossier dossier;
        std::string_view topic;
    };

    YearPlan(std::uint64_t seed, std::size_t office, int year, std::size_t count);

    const std::vector<Filed>& dossiers() const { return dossiers_; }
    bool done() const { return next_ == count_; }
    /// The next document; `random` is its own stream.
    Slot take(Random& random);

private:
    void open_dossiers();
    void list_working_days();
    std::string next_number(std::string_view kind);

    std::uint64_t seed_;
    std::size_t office_;
    int year_;
    std::size_t count_;
    std::size_t next_ = 0;
    std::vector<Date> days_;
    std::vector<Filed> dossiers_;
    std::map<std::string_view, int> counters_;
};

/// Documents of the cell (office, year) so that all cells together hold `count`.
std::size_t share_of(std::size_t count, std::size_t office, int year);

} // namespace vtlt::demo
