// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/year_plan.h>

#include <app/demo/letters.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace vtlt::demo {

using namespace std::chrono;

namespace {

constexpr std::array<Office, 3> kOffices{{
    {.unit = {"CHC", "Cục Hậu cần miền Trung Sơn", "Bộ Tư lệnh miền Trung Sơn"},
     .short_parent = "Bộ Tư lệnh miền Trung Sơn",
     .printed = "Cục Hậu cần",
     .place = "Lương Khê",
     .head = "Cục trưởng",
     .head_deputy = "Phó Cục trưởng",
     .office_head = "Trưởng phòng Tham mưu – Kế hoạch",
     .military = true,
     .series = Office::Series::letters_apart,
     .weight = 40},
    {.unit = {"SHTDT", "Sở Hạ tầng và Đô thị tỉnh Vĩnh Khê", "Ủy ban nhân dân tỉnh Vĩnh Khê"},
     .short_parent = "UBND tỉnh Vĩnh Khê",
     .printed = "Sở Hạ tầng và Đô thị",
     .place = "Vĩnh Khê",
     .head = "Giám đốc",
     .head_deputy = "Phó Giám đốc",
     .office_head = "Chánh Văn phòng",
     .military = false,
     .series = Office::Series::by_kind,
     .weight = 34},
    {.unit = {"BVLK", "Bệnh viện Quân dân y Lương Khê", "Cục Quân y miền Trung Sơn"},
     .short_parent = "Cục Quân y",
     .printed = "Bệnh viện Quân dân y Lương Khê",
     .place = "Lương Khê",
     .head = "Giám đốc",
     .head_deputy = "Phó Giám đốc",
     .office_head = "Trưởng phòng Kế hoạch tổng hợp",
     .military = true,
     .series = Office::Series::one,
     .weight = 26},
}};

constexpr auto kUnits = [] {
    std::array<Unit, kOffices.size()> units{};
    std::ranges::transform(kOffices, units.begin(), &Office::unit);
    return units;
}();

/// NĐ 30/2020/NĐ-CP, phụ lục III, those met in an office's daily work.
constexpr std::array<KindOfPaper, 13> kKinds{{
    {"CV", "Công văn", 340, 5},
    {"QĐ", "Quyết định", 170, 8},
    {"BC", "Báo cáo", 130, 12},
    {"KH", "Kế hoạch", 95, 12},
    {"TB", "Thông báo", 80, 5},
    {"TTr", "Tờ trình", 65, 8},
    {"GM", "Giấy mời", 40, 1},
    {"BB", "Biên bản", 28, 8},
    {"HD", "Hướng dẫn", 18, 12},
    {"CT", "Chỉ thị", 10, 4},
    {"CTr", "Chương trình", 9, 10},
    {"PA", "Phương án", 40, 8, "pctt pccc hluyen yte"},
    {"CĐ", "Công điện", 60, 2, "pctt"},
}};

/// The first day of the lunar year, from kFirstYear on; offices rest from the day before to five days after.
constexpr std::array<month_day, 12> kNewYear{February / 19, February / 8,  January / 28,  February / 16,
                                             February / 5,  January / 25,  February / 12, February / 1,
                                             January / 22,  February / 10, January / 29,  February / 17};
constexpr std::array<month_day, 5> kHolidays{January / 1, April / 30, May / 1, September / 2, September / 3};
/// The archive ends here; a year in progress has open dossiers.
constexpr Date kLastDay{2026y / October / 30};

bool is_working_day(Date date)
{
    const sys_days day{date};
    const weekday of_week{day};
    if (of_week == Saturday || of_week == Sunday) {
        return false;
    }
    if (std::ranges::find(kHolidays, month_day{date.month(), date.day()}) != kHolidays.end()) {
        return false;
    }
    const auto new_year = kNewYear.at(static_cast<std::size_t>(int{date.year()} - kFirstYear));
    const auto since = day - sys_days{date.year() / new_year.month() / new_year.day()};
    return since < days{-1} || since > days{5};
}

int year_weight(int year)
{
    return 6 + (year - kFirstYear) / 2;
}

/// Weight of all cells before (office, year).
std::size_t weight_before(std::size_t office, int year)
{
    std::size_t sum = 0;
    for (std::size_t o = 0; o <= office && o < kOffices.size(); ++o) {
        for (int y = kFirstYear; y <= kLastYear && (o < office || y < year); ++y) {
            sum += static_cast<std::size_t>(kOffices.at(o).weight * year_weight(y));
        }
    }
    return sum;
}

} // namespace

std::span<const Office> offices()
{
    return kOffices;
}

std::span<const Unit> units()
{
    return kUnits;
}

std::span<const KindOfPaper> kinds()
{
    return kKinds;
}

std::size_t share_of(std::size_t count, std::size_t office, int year)
{
    static const auto total = weight_before(kOffices.size(), kFirstYear);
    const auto up_to = [&](std::size_t weight) { return count / total * weight + count % total * weight / total; };
    return up_to(weight_before(office, year + 1)) - up_to(weight_before(office, year));
}

YearPlan::YearPlan(std::uint64_t seed, std::size_t office, int year, std::size_t count)
    : seed_(seed), office_(office), year_(year), count_(count)
{
    list_working_days();
    open_dossiers();
}

void YearPlan::list_working_days()
{
    for (sys_days day = year{year_} / January / 1; day <= sys_days{year{year_} / December / 31}; day += days{1}) {
        if (is_working_day(day) && day <= sys_days{kLastDay}) {
            days_.push_back(day);
        }
    }
}

void YearPlan::open_dossiers()
{
    const auto& grammar = Grammar::get();
    const auto& topics = grammar.topics();
    const auto& office = kOffices.at(office_);
    auto random = Random::at(seed_, {office_, static_cast<std::uint64_t>(year_), 0xd055});

    // Each unit has its own favourites among the topics; a year takes them in an order of its own.
    std::vector<std::size_t> order(topics.size());
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = 0; i < order.size(); ++i) {
        std::swap(order[i], order[i + random.below(order.size() - i)]);
    }
    const auto wanted = std::min<std::size_t>(count_, std::clamp<std::size_t>(count_ / 9, 2, 400));
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < wanted; ++i) {
        chosen.push_back(order[i % order.size()]);
    }
    std::ranges::sort(chosen);

    std::map<std::string, int, std::less<>> running;
    std::map<std::string, int, std::less<>> titles;
    for (const auto topic : chosen) {
        const auto& [code, heading, name] = topics[topic];
        const Context context{.topic = code,
                              .unit_code = office.unit.code,
                              .unit = office.unit.title,
                              .parent = office.unit.parent,
                              .head = office.head,
                              .head_deputy = office.head_deputy,
                              .subject = {},
                              .title = {},
                              .signer = {},
                              .signer_post = {},
                              .secretary = {},
                              .date = days_.front()};
        auto title = Writer{random, context}.write_topic("dossier");
        if (const int volume = ++titles[title]; volume > 1) {
            title += " (tập " + std::to_string(volume) + ")";
        }
        const int number = ++running[heading];
        auto dossier_code = grouped(number, 2) + "." + heading;
        auto folder =
            std::string{office.unit.code} + "/" + std::to_string(year_) + "/" + dossier_code + " - " + slug(title, 9);
        std::optional<Date> closed;
        if (year_ < kLastYear) {
            closed = days_.back();
        }
        dossiers_.push_back({{.unit = office.unit.code,
                              .year = year_,
                              .code = std::move(dossier_code),
                              .title = std::move(title),
                              .folder = std::move(folder),
                              .opened_on = days_.front(),
                              .closed_on = closed},
                             code});
    }
}

std::string YearPlan::next_number(std::string_view kind)
{
    std::string_view series;
    switch (kOffices.at(office_).series) {
    case Office::Series::one:
        break;
    case Office::Series::letters_apart:
        series = kind == "CV" ? kind : "";
        break;
    case Office::Series::by_kind:
        series = kind;
        break;
    }
    const int number = ++counters_[series];
    return number < 10 ? "0" + std::to_string(number) : std::to_string(number);
}

Slot YearPlan::take(Random& random)
{
    Slot slot;
    slot.ordinal = next_++;
    // One day out of each equal part of the year keeps dates in the order of the numbers.
    const auto part = slot.ordinal * days_.size() + random.below(days_.size());
    slot.date = days_[part / count_];
    // Every dossier gets its first document early in the year, later ones go where most work is.
    if (slot.ordinal < dossiers_.size()) {
        slot.dossier = slot.ordinal;
    } else {
        slot.dossier = std::min(random.below(dossiers_.size()), random.below(dossiers_.size()));
    }
    std::array<int, kKinds.size()> weights{};
    std::ranges::transform(kKinds, weights.begin(), [&](const KindOfPaper& kind) {
        const bool fits = kind.topics.empty() || kind.topics.find(dossiers_[slot.dossier].topic) != kind.topics.npos;
        return fits ? kind.weight : 0;
    });
    slot.kind = random.weighted(weights);
    slot.number = next_number(kKinds.at(slot.kind).code);
    return slot;
}

std::vector<Dossier> dossiers(const Options& options)
{
    std::vector<Dossier> all;
    for (std::size_t office = 0; office < kOffices.size(); ++office) {
        for (int y = kFirstYear; y <= kLastYear; ++y) {
            const YearPlan plan{options.seed, office, y, share_of(options.count, office, y)};
            for (const auto& filed : plan.dossiers()) {
                all.push_back(filed.dossier);
            }
        }
    }
    return all;
}

} // namespace vtlt::demo
