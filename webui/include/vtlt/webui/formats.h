// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/webui/messages.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Numbers and days as a person reads them. All pure.
namespace vtlt::webui {

std::string number_text(Language language, std::int64_t number); // 1.284 | 1,284
std::string date_text(Date date);                                // 20/9/2022 in both languages
std::string date_text(const std::optional<Date>& date);          // "" when absent
std::string instant_text(Instant instant);                       // 20/9/2022 14:05, UTC+7
std::string bytes_text(Language language, std::uint64_t bytes);  // 1,5 MB | 1.5 MB; powers of 1000
std::string duration_text(Language language,
                          std::chrono::milliseconds span); // 0,4 giây · 3 phút 20 giây · 1 giờ 5 phút

/// Text of context "page" with {count} as a number and the plural form of it; {other} places from `fields`.
std::string count_text(Language language, std::string_view key, std::uint64_t count, Fields fields = {});
/// Text of context "page".
std::string page_text(Language language, std::string_view key, const Fields& fields = {});

} // namespace vtlt::webui
