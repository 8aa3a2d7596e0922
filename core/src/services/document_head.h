// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "services/page_lines.h"

#include <vtlt/core/base/date.h>
#include <vtlt/core/catalog/kind.h>
#include <vtlt/core/services/recognize.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::services {

inline constexpr auto kNone = std::string_view::npos; ///< no such line or column

inline constexpr std::size_t kLongestTitle = 500; ///< Subject S500 of NĐ 30/2020, phụ lục VI
/// One line of at most so many characters, cut between words.
std::string limited(std::string_view text);

/// The head of an administrative document: all but its title. Lines are told by their index.
class DocumentHead
{
public:
    /// `lines` must outlive the head.
    explicit DocumentHead(std::span<const PageLine> lines);

    const std::vector<std::string>& exact() const { return exact_; } ///< of each line
    std::span<const PageLine> lines() const { return lines_; }
    const Recognized& found() const { return found_; }      ///< without a title
    const catalog::KindName* kind() const { return kind_; } ///< told by a line of its own
    std::size_t kind_line() const { return kind_line_; }
    std::size_t number_line() const { return number_line_; }
    std::size_t date_line() const { return date_line_; }
    std::size_t end() const { return end_; } ///< past the last line of the head

    /// A line with the motto and, at most, a half line of the other column.
    bool is_motto(std::size_t line) const;
    std::optional<Date> date_of(std::size_t line) const;
    /// "V/v …" under the number and "Kính gửi": mẫu 1.5 of phụ lục III.
    bool begins_letter() const { return subject_line() != kNone && address_line() != kNone; }
    std::size_t subject_line() const;
    std::size_t column_of_subject(std::size_t line) const;
    std::size_t address_line() const;

private:
    void find_end();
    void find_number();
    void note_date_after(std::size_t line, std::size_t end);
    bool has_head() const { return number_line_ != kNone || date_line_ != kNone || has_motto_; }
    void find_kind_line();
    bool has_kind_in(std::size_t line);
    void name_kind();
    void find_issuer();

    std::span<const PageLine> lines_;
    std::vector<std::string> exact_;
    Recognized found_;
    const catalog::KindName* kind_ = nullptr;
    std::size_t end_ = 0;
    bool has_motto_ = false;
    std::size_t number_line_ = kNone;
    std::size_t date_line_ = kNone;
    std::size_t kind_line_ = kNone;
};

} // namespace vtlt::services
