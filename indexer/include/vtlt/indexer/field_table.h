// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string_view>

/// The fields of a query: one table read by the index writer, the query parser, the help text and the tests.
namespace vtlt::indexer {

enum class Field
{
    number,
    kind,
    issuer,
    signer,
    dossier,
    unit,
    date,
    secrecy,
    mode
};

enum class FieldType
{
    code,  ///< one normalised term (text::code_key, or fold)
    words, ///< folded words that must stand side by side
    date,  ///< day, month, year or a range of them, both ends inclusive
};

struct FieldRow
{
    Field field;
    std::string_view vietnamese; ///< as typed before the colon
    std::string_view english;
    FieldType type;
    std::string_view prefix; ///< of its terms in the index
    std::string_view example;
};

inline constexpr std::array kFields{
    FieldRow{Field::number, "so", "number", FieldType::code, "XN", "so:3163/BC-BQP"},
    FieldRow{Field::kind, "loai", "kind", FieldType::code, "XK", "loai:BC"},
    FieldRow{Field::issuer, "cq", "issuer", FieldType::words, "XI", "cq:\"Bộ Quốc phòng\""},
    FieldRow{Field::signer, "ky", "signer", FieldType::words, "XS", "ky:Hùng"},
    FieldRow{Field::dossier, "hs", "dossier", FieldType::code, "XH", "hs:PC/2021/01.TCCB"},
    FieldRow{Field::unit, "dv", "unit", FieldType::code, "XU", "dv:PC"},
    FieldRow{Field::date, "ngay", "date", FieldType::date, "XD", "ngay:2019..2021"},
    FieldRow{Field::secrecy, "mat", "secrecy", FieldType::code, "XM", "mat:open"},
    FieldRow{Field::mode, "sd", "mode", FieldType::code, "XE", "sd:open"},
};

constexpr std::optional<FieldRow> find_field(std::string_view name)
{
    for (const auto& row : kFields) {
        if (row.vietnamese == name || row.english == name) {
            return row;
        }
    }
    return std::nullopt;
}

} // namespace vtlt::indexer
