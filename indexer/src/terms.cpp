// SPDX-License-Identifier: GPL-3.0-or-later
#include "terms.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace vtlt::indexer {
namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::string digits(std::string_view prefix, std::int64_t value, int width)
{
    std::array<char, 32> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), "%0*lld", width, static_cast<long long>(value));
    return term(prefix, {buffer.data(), static_cast<std::size_t>(size)});
}

void append_varint(std::string& out, std::uint32_t value)
{
    for (; value >= 0x80; value >>= 7U) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(value | 0x80U)));
    }
    out.push_back(static_cast<char>(value));
}

/// 0 past the end: a value of another version then locates nothing.
std::uint32_t take_varint(std::string_view& bytes)
{
    std::uint32_t value = 0;
    for (unsigned shift = 0; !bytes.empty() && shift < 32; shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= static_cast<std::uint32_t>(byte & 0x7FU) << shift;
        if ((byte & 0x80U) == 0) {
            break;
        }
    }
    return value;
}

} // namespace

std::uint32_t docid_of(DocumentId id)
{
    if (id.value < 1 || id.value >= kDocidBase) {
        throw Error{Kind::internal, "index.full", {{"limit", std::to_string(kDocidBase - 1)}}};
    }
    return static_cast<std::uint32_t>(kDocidBase - id.value);
}

DocumentId document_of(std::uint32_t docid)
{
    return {kDocidBase - std::int64_t{docid}};
}

std::string_view prefix_of(Field field)
{
    const auto* row = std::find_if(kFields.begin(), kFields.end(), [&](const FieldRow& r) { return r.field == field; });
    ensure(row != kFields.end(), "every field has a row");
    return row->prefix;
}

std::string term(std::string_view prefix, std::string_view key)
{
    std::string out;
    out.reserve(prefix.size() + key.size());
    out += prefix;
    out += key;
    return out;
}

std::string number_key(std::string_view number_and_symbol)
{
    auto key = text::code_key(number_and_symbol);
    std::size_t zeros = 0;
    while (zeros + 1 < key.size() && key[zeros] == '0' && is_digit(key[zeros + 1])) {
        ++zeros;
    }
    key.erase(0, zeros);
    return key;
}

bool is_number_word(std::string_view folded)
{
    std::size_t i = 0;
    while (i < folded.size() && is_digit(folded[i])) {
        ++i;
    }
    const bool letter_ends = i + 1 == folded.size() && folded[i] >= 'a' && folded[i] <= 'z';
    return i > 0 && i <= 8 && (i == folded.size() || letter_ends);
}

std::string year_term(int year)
{
    return digits(prefix_of(Field::date), year, 4);
}

std::string month_term(int year, unsigned month)
{
    return digits(prefix_of(Field::date), std::int64_t{year} * 100 + month, 6);
}

std::string day_term(Date day)
{
    return digits(prefix_of(Field::date), to_int(day), 8);
}

std::string owner_term(UnitId unit)
{
    return std::string{kOwnerPrefix} + std::to_string(unit.value);
}

std::string list_term(ReaderListId list)
{
    return std::string{kListedTerm} + std::to_string(list.value);
}

std::string set_term(RecordSetId set)
{
    return std::string{kSetPrefix} + std::to_string(set.value);
}

std::vector<std::string> day_terms(Date day)
{
    const int year{day.year()};
    return {year_term(year), month_term(year, unsigned{day.month()}), day_term(day)};
}

std::string FilePositions::encode() const
{
    std::string out;
    append_varint(out, title);
    for (const auto& [ordinal, position] : files) {
        append_varint(out, static_cast<std::uint32_t>(ordinal));
        append_varint(out, position);
    }
    return out;
}

FilePositions FilePositions::decode(std::string_view bytes)
{
    FilePositions out;
    out.title = take_varint(bytes);
    while (!bytes.empty()) {
        const auto ordinal = static_cast<int>(take_varint(bytes));
        out.files.emplace_back(ordinal, take_varint(bytes));
    }
    return out;
}

std::optional<std::pair<int, std::uint32_t>> FilePositions::locate(std::uint32_t position) const
{
    for (auto row = files.rbegin(); row != files.rend(); ++row) {
        if (row->second <= position) {
            return std::pair{row->first, position - row->second};
        }
    }
    return std::nullopt;
}

} // namespace vtlt::indexer
