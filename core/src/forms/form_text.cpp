// SPDX-License-Identifier: GPL-3.0-or-later
#include "form_text.h"

#include "form_assets.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace vtlt::forms {

namespace {

SharedWords load_words()
{
    const auto files = form_assets::files();
    const auto file = std::ranges::find(files, kWordsFile, &EmbeddedFile::name);
    ensure(file != files.end(), "the shared words of the forms are embedded");
    const auto json = parse_json(file->text());
    SharedWords words;
    for (const auto& [name, text] : {std::pair{"blank", &words.blank},
                                     {"page", &words.page},
                                     {"made_at", &words.made_at},
                                     {"dataset", &words.dataset},
                                     {"place_date", &words.place_date},
                                     {"preview", &words.preview},
                                     {"sheet", &words.sheet},
                                     {"ten", &words.ten},
                                     {"tens", &words.tens},
                                     {"one_after_tens", &words.one_after_tens},
                                     {"five_after_ten", &words.five_after_ten},
                                     {"odd", &words.odd},
                                     {"hundred", &words.hundred}}) {
        *text = json.at(name).get<std::string>();
    }
    words.motto = json.at("motto").get<std::vector<std::string>>();
    words.groups = json.at("groups").get<std::vector<std::string>>();
    words.digits = json.at("digits").get<std::array<std::string, 10>>();
    return words;
}

/// The next `{name}` of a pattern; nullopt when there is none.
struct Place
{
    std::size_t begin;
    std::size_t end;
    std::string_view name;
};
std::optional<Place> next_place(std::string_view pattern, std::size_t from)
{
    const auto open = pattern.find('{', from);
    const auto close = pattern.find('}', open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
        return std::nullopt;
    }
    return Place{open, close + 1, pattern.substr(open + 1, close - open - 1)};
}

bool has_all(std::string_view pattern, const Values& values)
{
    for (auto place = next_place(pattern, 0); place; place = next_place(pattern, place->end)) {
        const auto value = values.find(place->name);
        if (value == values.end() || clean(value->second).empty()) {
            return false;
        }
    }
    return true;
}

/// Printable ASCII and the precomposed letters of Vietnamese, which are most of what we print and need no ICU: they
/// are in form C already.
bool is_plain(std::string_view value)
{
    if (value.starts_with(' ') || value.ends_with(' ')) {
        return false;
    }
    const auto byte = [&](std::size_t at) { return at < value.size() ? static_cast<unsigned char>(value[at]) : 0U; };
    const auto follows = [&](std::size_t at) { return (byte(at) & 0xC0U) == 0x80; };
    for (std::size_t at = 0; at < value.size();) {
        const auto lead = byte(at);
        if (lead >= 0x20 && lead < 0x7F && !(lead == ' ' && byte(at + 1) == ' ')) {
            at += 1;
        } else if (lead >= 0xC3 && lead <= 0xC6 && follows(at + 1)) {
            at += 2; // U+00C0 … U+01BF
        } else if (lead == 0xE1 && (byte(at + 1) == 0xBA || byte(at + 1) == 0xBB) && follows(at + 2)) {
            at += 3; // U+1E80 … U+1EFF
        } else {
            return false;
        }
    }
    return true;
}

/// Of 0 to 999; `full` says that a greater group stands before it.
std::string group_in_words(unsigned number, bool full)
{
    const auto& say = words();
    const auto hundreds = number / 100;
    const auto tens = number / 10 % 10;
    const auto ones = number % 10;
    std::string out;
    const auto add = [&](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
    if (hundreds > 0 || full) {
        add(say.digits.at(hundreds));
        add(say.hundred);
    }
    if (tens == 1) {
        add(say.ten);
    } else if (tens > 1) {
        add(say.digits.at(tens));
        add(say.tens);
    } else if (ones > 0 && !out.empty()) {
        add(say.odd);
    }
    if (ones == 1 && tens > 1) {
        add(say.one_after_tens);
    } else if (ones == 5 && tens > 0) {
        add(say.five_after_ten);
    } else if (ones > 0) {
        add(say.digits.at(ones));
    }
    return out;
}

} // namespace

const SharedWords& words()
{
    static const auto words = load_words();
    return words;
}

std::string fill(std::string_view pattern, const Values& values)
{
    std::string out;
    std::size_t from = 0;
    for (auto place = next_place(pattern, 0); place; place = next_place(pattern, place->end)) {
        const auto value = values.find(place->name);
        const auto text = value == values.end() ? std::string{} : clean(value->second);
        out.append(pattern.substr(from, place->begin - from)).append(text.empty() ? words().blank : text);
        from = place->end;
    }
    return out.append(pattern.substr(from));
}

std::vector<std::string> fill_lines(const std::vector<Line>& lines, const Values& values)
{
    std::vector<std::string> out;
    for (const auto& line : lines) {
        if (!line.optional || has_all(line.text, values)) {
            out.push_back(fill(line.text, values));
        }
    }
    return out;
}

std::string clean(std::string_view value)
{
    return is_plain(value) ? std::string{value} : text::to_nfc(text::one_line(text::repair_utf8(value)));
}

std::string padded_date(Date date)
{
    std::array<char, 32> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), "%02u/%02u/%04d", unsigned{date.day()},
                                   unsigned{date.month()}, int{date.year()});
    return {buffer.data(), static_cast<std::size_t>(size)};
}

std::string padded_moment(Instant instant)
{
    const auto local = instant + std::chrono::hours{7};
    const std::chrono::hh_mm_ss time{local - std::chrono::floor<std::chrono::days>(local)};
    std::array<char, 32> buffer{};
    const int size =
        std::snprintf(buffer.data(), buffer.size(), "%02ld:%02ld ", time.hours().count(), time.minutes().count());
    return std::string{buffer.data(), static_cast<std::size_t>(size)} + padded_date(day_in_vietnam(instant)) +
           " (UTC+7)";
}

std::string grouped(std::int64_t number)
{
    auto digits = std::to_string(number);
    const std::ptrdiff_t first = number < 0 ? 1 : 0;
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > first; at -= 3) {
        digits.insert(static_cast<std::size_t>(at), ".");
    }
    return digits;
}

std::string in_words(std::uint64_t number)
{
    const auto& names = words().groups;
    std::vector<unsigned> groups;
    for (auto rest = number; rest > 0; rest /= 1000) {
        groups.push_back(static_cast<unsigned>(rest % 1000));
    }
    if (groups.empty()) {
        return words().digits.front();
    }
    ensure(groups.size() <= names.size(), "a form has less than a million million rows");
    std::string out;
    for (auto i = groups.size(); i-- > 0;) {
        if (groups[i] > 0) {
            out += (out.empty() ? "" : " ") + group_in_words(groups[i], !out.empty());
            out += (i == 0 ? "" : " ") + names.at(i);
        }
    }
    return out;
}

std::string cell_text(const Cell& cell)
{
    if (const auto* text = std::get_if<std::string>(&cell)) {
        return clean(*text);
    }
    if (const auto* number = std::get_if<std::int64_t>(&cell)) {
        return grouped(*number);
    }
    const auto* date = std::get_if<Date>(&cell);
    return date != nullptr ? padded_date(*date) : std::string{};
}

FormTexts form_texts(const FormDef& form, const FormData& data, const Rendered& known)
{
    auto values = data.values;
    values["made_at"] = padded_moment(data.made_at);
    values["form"] = form.id + "/" + std::to_string(form.version);
    if (!known.sha256.empty()) {
        values["rows"] = grouped(static_cast<std::int64_t>(known.rows));
        values["rows_words"] = in_words(known.rows);
        values["sha256"] = known.sha256;
    }
    FormTexts texts{.issuer = fill_lines(form.issuer, values),
                    .title = fill_lines(form.title, values),
                    .subtitle = fill_lines(form.subtitle, values),
                    .closing = fill_lines(form.closing, values),
                    .notes = fill_lines(form.notes, values),
                    .signatures = {},
                    .made_at = fill(words().made_at, values),
                    .dataset = fill(words().dataset, values)};
    for (const auto& signature : form.signatures) {
        const auto has_name = !signature.name.empty() && has_all(signature.name, values);
        texts.signatures.push_back({signature.dated ? fill(words().place_date, values) : std::string{},
                                    fill(signature.title, values), signature.hint,
                                    has_name ? fill(signature.name, values) : std::string{}});
    }
    return texts;
}

} // namespace vtlt::forms
