// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/date.h>

#include <vtlt/core/base/clock.h>

#include <array>
#include <charconv>
#include <cstdio>

namespace vtlt {

using namespace std::chrono;

namespace {

std::optional<Date> make_date(int y, unsigned m, unsigned d)
{
    const Date date{year{y}, month{m}, day{d}};
    if (!date.ok() || y < 1 || y > 9999) {
        return std::nullopt;
    }
    return date;
}

/// Up to three runs of digits with one separator character between them; nothing else.
struct Parts
{
    std::array<int, 3> number{};
    std::array<std::size_t, 3> digits{};
    char separator = 0;
};

std::optional<Parts> split_date(std::string_view text)
{
    Parts parts;
    const char* at = text.data();
    const char* end = at + text.size();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto [next, error] = std::from_chars(at, end, parts.number[i]);
        if (error != std::errc{} || *at < '0' || *at > '9') {
            return std::nullopt;
        }
        parts.digits[i] = static_cast<std::size_t>(next - at);
        at = next;
        if (i < 2) {
            if (at == end || (i == 1 && *at != parts.separator)) {
                return std::nullopt;
            }
            parts.separator = *at++;
        }
    }
    return at == end ? std::optional{parts} : std::nullopt;
}

std::string print(const char* format, auto... values)
{
    std::array<char, 64> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), format, values...);
    return {buffer.data(), static_cast<std::size_t>(size)};
}

} // namespace

std::int64_t to_int(Date date)
{
    return std::int64_t{int{date.year()}} * 10000 + std::int64_t{unsigned{date.month()}} * 100 + unsigned{date.day()};
}

std::optional<Date> date_from_int(std::int64_t yyyymmdd)
{
    if (yyyymmdd < 10101 || yyyymmdd > 99991231) {
        return std::nullopt;
    }
    return make_date(static_cast<int>(yyyymmdd / 10000), static_cast<unsigned>(yyyymmdd / 100 % 100),
                     static_cast<unsigned>(yyyymmdd % 100));
}

std::string format_date(Date date)
{
    return print("%04d-%02u-%02u", int{date.year()}, unsigned{date.month()}, unsigned{date.day()});
}

std::string format_date_vi(Date date)
{
    return print("%u/%u/%04d", unsigned{date.day()}, unsigned{date.month()}, int{date.year()});
}

std::string format_instant(Instant instant)
{
    const auto day = floor<days>(instant);
    const hh_mm_ss time{instant - day};
    return format_date(Date{day}) + print("T%02ld:%02ld:%02ld.%03ldZ", time.hours().count(), time.minutes().count(),
                                          time.seconds().count(), time.subseconds().count());
}

std::optional<Date> parse_date(std::string_view text)
{
    const auto parts = split_date(text);
    if (!parts) {
        return std::nullopt;
    }
    const auto [a, b, c] = parts->number;
    if (parts->digits[0] == 4 && parts->digits[1] == 2 && parts->digits[2] == 2 && parts->separator == '-') {
        return make_date(a, static_cast<unsigned>(b), static_cast<unsigned>(c));
    }
    const bool separated = parts->separator == '/' || parts->separator == '.' || parts->separator == '-';
    if (separated && parts->digits[0] <= 2 && parts->digits[1] <= 2 && parts->digits[2] == 4) {
        return make_date(c, static_cast<unsigned>(b), static_cast<unsigned>(a));
    }
    return std::nullopt;
}

std::optional<Instant> parse_instant(std::string_view text)
{
    constexpr auto kVietnam = hours{7};
    if (const auto day = parse_date(text)) {
        return Instant{sys_days{*day}} - kVietnam;
    }
    int y = 0;
    unsigned mo = 0;
    unsigned d = 0;
    int h = 0;
    int mi = 0;
    int s = 0;
    int used = 0;
    const std::string copy{text};
    // NOLINTNEXTLINE(cert-err34-c): ranges are checked below and `used` tells how far it read.
    if (std::sscanf(copy.c_str(), "%4d-%2u-%2u%*1[Tt ]%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6 ||
        used < 19) {
        return std::nullopt;
    }
    const auto date = make_date(y, mo, d);
    if (!date || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 60) {
        return std::nullopt;
    }
    std::string_view rest{copy};
    rest.remove_prefix(static_cast<std::size_t>(used));
    int millis = 0;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        int scale = 100;
        bool any = false;
        while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
            millis += (rest.front() - '0') * scale;
            scale /= 10;
            any = true;
            rest.remove_prefix(1);
        }
        if (!any) {
            return std::nullopt;
        }
    }
    minutes offset{0};
    if (rest == "Z" || rest == "z") {
        offset = minutes{0};
    } else if (rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':') {
        int oh = 0;
        int om = 0;
        const auto first = std::from_chars(rest.data() + 1, rest.data() + 3, oh);
        const auto second = std::from_chars(rest.data() + 4, rest.data() + 6, om);
        if (first.ptr != rest.data() + 3 || second.ptr != rest.data() + 6 || oh > 23 || om > 59 || oh < 0 || om < 0) {
            return std::nullopt;
        }
        offset = (rest[0] == '-' ? -1 : 1) * (hours{oh} + minutes{om});
    } else {
        return std::nullopt;
    }
    return Instant{sys_days{*date}} + hours{h} + minutes{mi} + seconds{s} + milliseconds{millis} - offset;
}

Date day_in_vietnam(Instant instant)
{
    return Date{floor<days>(instant + hours{7})};
}

Instant SystemClock::now() const
{
    return floor<milliseconds>(system_clock::now());
}

} // namespace vtlt
