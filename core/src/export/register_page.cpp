// SPDX-License-Identifier: GPL-3.0-or-later
#include "register_page.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/embedded_file.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/html.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace vtlt::export_assets {
std::span<const EmbeddedFile> files();
}

namespace vtlt::export_ {

namespace {

std::string_view asset(std::string_view name)
{
    const auto files = export_assets::files();
    const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
    ensure(found != files.end(), "every asset of the register is embedded");
    return found->text();
}

using Parts = std::map<std::string_view, std::string_view>;

/// register.html is cut at its lines `<!-- part NAME -->`; the line end before the next such line belongs to no part.
Parts cut_parts(std::string_view html)
{
    constexpr std::string_view kMark = "<!-- part ";
    Parts parts;
    for (auto at = html.find(kMark); at != std::string_view::npos;) {
        const auto name = html.substr(at + kMark.size(), html.find(' ', at + kMark.size()) - at - kMark.size());
        const auto begin = html.find('\n', at) + 1;
        at = html.find(kMark, begin);
        const auto end = at == std::string_view::npos ? html.size() : at;
        parts[name] = html.substr(begin, end - begin);
    }
    return parts;
}

std::string_view part(std::string_view name)
{
    static const Parts parts = cut_parts(asset("register.html"));
    const auto found = parts.find(name);
    ensure(found != parts.end(), "every part of the register is in register.html");
    return found->second;
}

/// Printable ASCII without double spaces: most numbers, codes and digests, which need no ICU.
bool is_plain_line(std::string_view value)
{
    const bool printable = std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
    return printable && !value.starts_with(' ') && !value.ends_with(' ') && value.find("  ") == std::string_view::npos;
}

/// What people typed, fit for one cell: repaired, one line, without direction overrides, escaped.
std::string shown(std::string_view value)
{
    return is_plain_line(value) ? escape_html(value) : escape_html(text::one_line(text::repair_utf8(value)));
}

using Values = std::vector<std::pair<std::string_view, std::string>>;

/// `{{name}}` is replaced by the escaped value, `{{{name}}}` by the value as it is.
std::string fill(std::string_view pattern, const Values& values)
{
    std::string out;
    for (;;) {
        const auto open = pattern.find("{{");
        if (open == std::string_view::npos) {
            return out.append(pattern);
        }
        const bool raw = pattern.substr(open).starts_with("{{{");
        const std::size_t braces = raw ? 3 : 2;
        const auto close = pattern.find(raw ? "}}}" : "}}", open);
        const auto name = pattern.substr(open + braces, close - open - braces);
        const auto value = std::ranges::find(values, name, &Values::value_type::first);
        ensure(value != values.end(), "every placeholder of the register has a value");
        out.append(pattern.substr(0, open)).append(raw ? value->second : shown(value->second));
        pattern.remove_prefix(close + braces);
    }
}

/// Relative, as RFC 3986 has it: everything but unreserved characters and the slash is encoded byte by byte.
std::string url_encode(std::string_view path)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    std::string out;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (kPlain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += '%';
            out += kHex[byte >> 4U];
            out += kHex[byte & 15U];
        }
    }
    return out;
}

/// 1284 → 1.284, as Vietnamese writes it.
std::string grouped(std::uint64_t number)
{
    auto digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
        digits.insert(static_cast<std::size_t>(at), ".");
    }
    return digits;
}

std::string readable_size(std::uint64_t bytes)
{
    constexpr std::array<std::string_view, 4> kUnits{"KB", "MB", "GB", "TB"};
    if (bytes < 1024) {
        return std::to_string(bytes) + " B";
    }
    std::uint64_t tenths = bytes * 10 / 1024;
    std::size_t unit = 0;
    for (; tenths >= 10240 && unit + 1 < kUnits.size(); ++unit) {
        tenths /= 1024;
    }
    const auto whole = grouped(tenths / 10);
    return (tenths < 1000 ? whole + "," + std::to_string(tenths % 10) : whole) + " " + std::string{kUnits[unit]};
}

/// 14:05 20/9/2022 (UTC+7)
std::string moment_in_vietnam(Instant instant)
{
    const auto local = instant + std::chrono::hours{7};
    const std::chrono::hh_mm_ss time{local - std::chrono::floor<std::chrono::days>(local)};
    std::array<char, 32> buffer{};
    const int size =
        std::snprintf(buffer.data(), buffer.size(), "%02ld:%02ld ", time.hours().count(), time.minutes().count());
    return std::string{buffer.data(), static_cast<std::size_t>(size)} + format_date_vi(day_in_vietnam(instant)) +
           " (UTC+7)";
}

std::string graded(std::string_view prefix, Secrecy secrecy)
{
    return secrecy == Secrecy::open ? std::string{}
                                    : std::string{part(std::string{prefix} + std::string{secrecy_name(secrecy)})};
}

std::string base64_of_sha256(std::string_view bytes)
{
    const auto digest = sha256(bytes);
    return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string file_links(const PlacedDocument& document)
{
    std::string links;
    for (const auto& placed : document.files) {
        const auto& file = *placed.file;
        links += fill(part("file"), {{"href", url_encode(placed.path)},
                                     {"name", file.name.empty() ? placed.path : file.name},
                                     {"size", readable_size(file.size)},
                                     {"sha256", file.object_hash},
                                     {"sha256_short", file.object_hash.substr(0, 12)}});
    }
    return links.empty() ? std::string{part("no_file")} : links;
}

} // namespace

std::string dossier_name(const catalog::DocumentView& view)
{
    return view.unit_code + "/" + (view.dossier_year ? std::to_string(*view.dossier_year) + "/" : "") +
           view.dossier_code;
}

std::string register_head(const RegisterHeading& heading)
{
    const auto style = asset("register.css");
    const auto script = asset("register.js");
    return fill(part("head"), {{"language", heading.language == "en" ? "en" : "vi"},
                               {"style", std::string{style}},
                               {"style_hash", base64_of_sha256(style)},
                               {"script_hash", base64_of_sha256(script)},
                               {"banner", graded("banner_", heading.highest)},
                               {"title", heading.title},
                               {"query", heading.query},
                               {"asked_by", heading.asked_by},
                               {"made_at", moment_in_vietnam(heading.made_at)},
                               {"documents", grouped(heading.documents)},
                               {"files", grouped(heading.files)},
                               {"size", readable_size(heading.bytes)}});
}

std::string register_row(const PlacedDocument& document)
{
    const auto& view = *document.view;
    const auto& values = view.document;
    const auto dossier = values.dossier
                             ? fill(part("dossier"), {{"code", dossier_name(view)}, {"title", view.dossier_title}})
                             : std::string{};
    return fill(part("row"), {{"id", values.uid},
                              {"ordinal", grouped(document.ordinal)},
                              {"number_symbol", values.number_symbol()},
                              {"issued_on", values.issued_on ? format_date_vi(*values.issued_on) : std::string{}},
                              {"kind", values.kind},
                              {"issuer", values.issuer},
                              {"grade", graded("grade_", values.secrecy)},
                              {"title", values.title},
                              {"mode", std::string{part("mode_" + std::string{use_mode_name(values.mode)})}},
                              {"dossier", dossier},
                              {"files", file_links(document)}});
}

std::string register_foot()
{
    return fill(part("foot"), {{"script", std::string{asset("register.js")}}});
}

std::string readme_text()
{
    return std::string{asset("README.txt")};
}

} // namespace vtlt::export_
