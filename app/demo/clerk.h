// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/demo/paper.h>
#include <app/demo/year_plan.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace vtlt::demo {

enum class Format
{
    pdf,
    docx,
    html,
    txt
};
inline constexpr std::array<std::string_view, 4> kExtensions{"pdf", "docx", "html", "txt"};

struct Drafted
{
    Paper paper;
    std::string title;     ///< as the register has it: "Quyết định về việc …", "V/v …"
    std::string file_name; ///< without extension
};

/// Writes the document of a slot: everything but its file format.
Drafted draft(std::uint64_t seed, std::size_t office, const Slot& slot, std::string_view topic, Random& random);

} // namespace vtlt::demo
