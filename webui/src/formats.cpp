// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/formats.h>

#include <array>
#include <chrono>

namespace vtlt::webui {

namespace {

char decimal_sign(Language language)
{
    return language == Language::vi ? ',' : '.';
}

/// `tenths` tenths, without ",0".
std::string tenths_text(Language language, std::uint64_t tenths)
{
    auto text = number_text(language, static_cast<std::int64_t>(tenths / 10));
    if (tenths % 10 != 0) {
        text += decimal_sign(language);
        text += static_cast<char>('0' + tenths % 10);
    }
    return text;
}

std::string two_digits(std::int64_t number)
{
    return (number < 10 ? "0" : "") + std::to_string(number);
}

} // namespace

std::string number_text(Language language, std::int64_t number)
{
    auto digits = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (auto at = digits.size(); at > first + 3;) {
        at -= 3;
        digits.insert(at, 1, language == Language::vi ? '.' : ',');
    }
    return digits;
}

std::string date_text(Date date)
{
    return format_date_vi(date);
}

std::string date_text(const std::optional<Date>& date)
{
    return date ? date_text(*date) : std::string{};
}

std::string instant_text(Instant instant)
{
    const auto local = instant.time_since_epoch() + std::chrono::hours{7};
    const auto minutes = std::chrono::floor<std::chrono::minutes>(local - std::chrono::floor<std::chrono::days>(local));
    return date_text(day_in_vietnam(instant)) + " " + two_digits(minutes.count() / 60) + ":" +
           two_digits(minutes.count() % 60);
}

std::string bytes_text(Language language, std::uint64_t bytes)
{
    constexpr std::array<std::string_view, 5> kUnits{"B", "kB", "MB", "GB", "TB"};
    std::uint64_t unit = 1;
    std::size_t at = 0;
    while (bytes / unit >= 1000 && at + 1 < kUnits.size()) {
        unit *= 1000;
        ++at;
    }
    // One decimal below 10, none above; rounding never needs the next unit's name.
    const auto tenths = bytes / unit < 10 && at > 0 ? (bytes + unit / 20) / (unit / 10) : bytes / unit * 10;
    return tenths_text(language, tenths) + " " + std::string{kUnits[at]};
}

std::string duration_text(Language language, std::chrono::milliseconds span)
{
    const auto seconds = span.count() / 1000;
    if (seconds < 10) {
        return page_text(language, "duration.seconds",
                         {{"seconds", tenths_text(language, static_cast<std::uint64_t>(span.count() / 100))}});
    }
    if (seconds < 60) {
        return page_text(language, "duration.seconds", {{"seconds", std::to_string(seconds)}});
    }
    if (seconds < 3600) {
        return page_text(language, "duration.minutes",
                         {{"minutes", std::to_string(seconds / 60)}, {"seconds", std::to_string(seconds % 60)}});
    }
    return page_text(
        language, "duration.hours",
        {{"hours", number_text(language, seconds / 3600)}, {"minutes", std::to_string(seconds / 60 % 60)}});
}

std::string count_text(Language language, std::string_view key, std::uint64_t count, Fields fields)
{
    fields.emplace_back("count", number_text(language, static_cast<std::int64_t>(count)));
    return message_counted(language, "page", key, count, fields);
}

std::string page_text(Language language, std::string_view key, const Fields& fields)
{
    return message(language, "page", key, fields);
}

} // namespace vtlt::webui
