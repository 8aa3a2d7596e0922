// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace vtlt {

/// Secrecy (độ mật) of a document, clearance of a person. One index and one object folder per band.
enum class Secrecy
{
    open = 0,
    mat = 1,
    toi_mat = 2,
    tuyet_mat = 3
};

inline constexpr std::array<std::string_view, 4> kSecrecyNames{"open", "mat", "toi_mat", "tuyet_mat"};
inline constexpr std::array kBands{Secrecy::open, Secrecy::mat, Secrecy::toi_mat, Secrecy::tuyet_mat};

constexpr std::string_view secrecy_name(Secrecy secrecy)
{
    return kSecrecyNames[static_cast<std::size_t>(secrecy)];
}

constexpr std::optional<Secrecy> secrecy_from_name(std::string_view name)
{
    for (const auto band : kBands) {
        if (secrecy_name(band) == name) {
            return band;
        }
    }
    return std::nullopt;
}

} // namespace vtlt
