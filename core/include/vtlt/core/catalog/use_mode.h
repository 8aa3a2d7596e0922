// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/secrecy.h>

#include <array>
#include <optional>
#include <string_view>

namespace vtlt {

/// chế độ sử dụng: how readers from outside may use a document, by the codes of TT 05/2025. It is no second grade and
/// gives no right here: who is let in, grade and roles decide.
enum class UseMode
{
    open = 1,        ///< 01 công khai
    conditional = 2, ///< 02 có điều kiện
    secret = 3       ///< 03 mật
};

struct UseModeRow
{
    UseMode mode;
    std::string_view name;       ///< in JSON, commands and queries
    std::string_view vietnamese; ///< as the circular calls it
};

inline constexpr std::array kUseModes{
    UseModeRow{UseMode::open, "open", "công khai"},
    UseModeRow{UseMode::conditional, "conditional", "có điều kiện"},
    UseModeRow{UseMode::secret, "secret", "mật"},
};

constexpr const UseModeRow& use_mode_row(UseMode mode)
{
    return kUseModes[static_cast<std::size_t>(mode) - 1];
}

constexpr std::string_view use_mode_name(UseMode mode)
{
    return use_mode_row(mode).name;
}

constexpr std::optional<UseMode> use_mode_from_name(std::string_view name)
{
    for (const auto& row : kUseModes) {
        if (row.name == name) {
            return row.mode;
        }
    }
    return std::nullopt;
}

/// What has a grade is secret, and nothing else is: a mode alone would hide nothing and let people believe it did.
constexpr bool fits(UseMode mode, Secrecy secrecy)
{
    return (secrecy > Secrecy::open) == (mode == UseMode::secret);
}

/// Of a document that nobody has decided on: newly registered, or come down from a grade. To open it to everybody
/// outside is somebody's act, with his name in the history: deny by default.
constexpr UseMode undecided_mode(Secrecy secrecy)
{
    return secrecy == Secrecy::open ? UseMode::conditional : UseMode::secret;
}

} // namespace vtlt
