// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/bag_text.h>

#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace vtlt::export_::bag {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlank = " \t";

bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
    return out;
}

std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(kBlank);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<unsigned> hex_value(char c)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto at = kDigits.find(lower(c));
    return at == std::string_view::npos ? std::nullopt : std::optional{static_cast<unsigned>(at)};
}

template <class Number>
std::optional<Number> number(std::string_view digits)
{
    Number value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size() && is_digit(digits.front());
    return whole ? std::optional{value} : std::nullopt;
}

/// Lines end in LF, CR or CRLF; calls `on_line(line, number from 1)`.
template <class F>
void for_each_line(std::string_view text, F&& on_line)
{
    for (std::size_t count = 1; !text.empty(); ++count) {
        const auto end = std::min(text.find_first_of("\r\n"), text.size());
        on_line(text.substr(0, end), count);
        const bool crlf = text.substr(end).starts_with("\r\n");
        text.remove_prefix(std::min(text.size(), end + (crlf ? 2 : 1)));
    }
}

std::string line_number(std::size_t number)
{
    return "line " + std::to_string(number);
}

std::optional<Version> parse_version(std::string_view text)
{
    const auto dot = text.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot + 1 == text.size()) {
        return std::nullopt;
    }
    const auto major = number<int>(text.substr(0, dot));
    const auto minor = number<int>(text.substr(dot + 1));
    return major && minor ? std::optional{Version{*major, *minor}} : std::nullopt;
}

struct Labelled
{
    std::string_view label;
    std::string_view value;
    bool loose = false; ///< white space where the specification has none
};

std::optional<Labelled> declaration_line(std::string_view line)
{
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    Labelled found{line.substr(0, colon), line.substr(colon + 1), false};
    found.loose = !found.value.starts_with(' ') || trim(found.value).size() + 1 != found.value.size();
    found.value = trim(found.value);
    return found;
}

} // namespace

Declaration parse_declaration(std::string_view bytes, Notes& notes)
{
    Declaration declaration;
    if (bytes.starts_with(kByteOrderMark)) {
        notes.push_back({"bagit.byte_order_mark", {}});
        bytes.remove_prefix(kByteOrderMark.size());
    }
    if (!text::is_utf8(bytes)) {
        notes.push_back({"bagit.declaration", "not UTF-8"});
        return declaration;
    }
    std::vector<std::string_view> lines;
    for_each_line(bytes, [&](std::string_view line, std::size_t) {
        if (!trim(line).empty() && lines.size() < 3) {
            lines.push_back(line);
        }
    });
    constexpr std::array<std::string_view, 2> kLabels{"BagIt-Version", "Tag-File-Character-Encoding"};
    std::array<std::string_view, 2> values;
    bool spaced = false;
    bool loose = false;
    for (std::size_t i = 0; i < kLabels.size(); ++i) {
        const auto found = i < lines.size() ? declaration_line(lines[i]) : std::nullopt;
        if (!found || trim(found->label) != kLabels[i] || found->value.empty()) {
            notes.push_back(
                {"bagit.declaration", line_number(i + 1) + " is not \"" + std::string{kLabels[i]} + ": …\""});
            return declaration;
        }
        values[i] = found->value;
        spaced = spaced || found->label != kLabels[i];
        loose = loose || found->loose;
    }
    declaration.encoding = values[1];
    const auto version = parse_version(values[0]);
    if (!version || *version < kOldest || *version > kNewest || (version->major == 0 && version->minor > 97)) {
        notes.push_back({"bagit.version", std::string{values[0]}});
        return declaration;
    }
    declaration.version = *version;
    const bool strict = *version >= Version{1, 0};
    if (spaced) {
        notes.push_back({"bagit.declaration", "white space before a colon", strict});
    }
    if (loose) {
        notes.push_back({"bagit.declaration", "white space around a value", false});
    }
    if (lines.size() > kLabels.size()) {
        notes.push_back({"bagit.declaration", "more than two lines", strict});
    }
    return declaration;
}

namespace {

void append_utf8(std::string& out, char32_t c)
{
    const auto byte = [&](char32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xC0 | (c >> 6));
        byte(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        byte(0xE0 | (c >> 12));
        byte(0x80 | ((c >> 6) & 0x3F));
        byte(0x80 | (c & 0x3F));
    } else {
        byte(0xF0 | (c >> 18));
        byte(0x80 | ((c >> 12) & 0x3F));
        byte(0x80 | ((c >> 6) & 0x3F));
        byte(0x80 | (c & 0x3F));
    }
}

std::optional<std::string> from_utf16(std::string_view bytes, bool big_endian)
{
    if (bytes.size() % 2 != 0) {
        return std::nullopt;
    }
    const auto unit = [&](std::size_t at) {
        const auto a = static_cast<unsigned char>(bytes[at]);
        const auto b = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(big_endian ? (a << 8) | b : (b << 8) | a);
    };
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        auto c = unit(at);
        if (c >= 0xD800 && c < 0xE000) {
            const auto low = c < 0xDC00 && at + 3 < bytes.size() ? unit(at + 2) : char32_t{0};
            if (low < 0xDC00 || low >= 0xE000) {
                return std::nullopt;
            }
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            at += 2;
        }
        append_utf8(out, c);
    }
    return out;
}

/// RFC 2781: big-endian unless a byte order mark says otherwise.
std::optional<std::string> from_marked_utf16(std::string_view bytes)
{
    if (bytes.starts_with("\xFF\xFE")) {
        return from_utf16(bytes.substr(2), false);
    }
    return from_utf16(bytes.starts_with("\xFE\xFF") ? bytes.substr(2) : bytes, true);
}

std::optional<std::string> from_utf8(std::string_view bytes)
{
    if (bytes.starts_with(kByteOrderMark)) {
        bytes.remove_prefix(kByteOrderMark.size());
    }
    return text::is_utf8(bytes) ? std::optional{std::string{bytes}} : std::nullopt;
}

std::optional<std::string> from_ascii(std::string_view bytes)
{
    const bool ascii = std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return ascii ? std::optional{std::string{bytes}} : std::nullopt;
}

std::optional<std::string> from_latin1(std::string_view bytes)
{
    std::string out;
    out.reserve(bytes.size());
    for (const char c : bytes) {
        append_utf8(out, static_cast<unsigned char>(c));
    }
    return out;
}

struct EncodingRow
{
    std::string_view name; ///< lower case
    std::optional<std::string> (*decode)(std::string_view);
};

constexpr std::array kEncodings{
    EncodingRow{"utf-8", from_utf8},
    EncodingRow{"utf8", from_utf8},
    EncodingRow{"us-ascii", from_ascii},
    EncodingRow{"ascii", from_ascii},
    EncodingRow{"iso-8859-1", from_latin1},
    EncodingRow{"iso8859-1", from_latin1},
    EncodingRow{"latin1", from_latin1},
    EncodingRow{"utf-16", from_marked_utf16},
    EncodingRow{"utf16", from_marked_utf16},
    EncodingRow{"utf-16be", [](std::string_view bytes) { return from_utf16(bytes, true); }},
    EncodingRow{"utf-16le", [](std::string_view bytes) { return from_utf16(bytes, false); }},
};

} // namespace

std::optional<std::string> decode_tag_text(std::string_view bytes, std::string_view encoding, Notes& notes)
{
    const auto* row = std::ranges::find(kEncodings, lower(encoding), &EncodingRow::name);
    if (row == kEncodings.end()) {
        notes.push_back({"bagit.encoding", "unknown encoding " + text::one_line(encoding)});
        return std::nullopt;
    }
    auto decoded = row->decode(bytes);
    if (!decoded) {
        notes.push_back({"bagit.encoding", "not in " + std::string{row->name}});
    }
    return decoded;
}

std::vector<InfoElement> parse_info(std::string_view text, Version version, Notes& notes)
{
    std::vector<InfoElement> elements;
    const bool strict = version >= Version{1, 0};
    for_each_line(text, [&](std::string_view line, std::size_t count) {
        if (trim(line).empty()) {
            return;
        }
        if (is_blank(line.front())) {
            if (elements.empty()) {
                notes.push_back({"baginfo.syntax", line_number(count) + " continues nothing", strict});
            } else {
                elements.back().value.append(elements.back().value.empty() ? "" : " ").append(trim(line));
            }
            return;
        }
        const auto colon = line.find(':');
        const auto label = line.substr(0, std::min(colon, line.size()));
        if (colon == std::string_view::npos || trim(label).empty()) {
            notes.push_back({"baginfo.syntax", line_number(count) + " has no label", strict});
            return;
        }
        // Before 1.0 white space around the colon was tolerated (and is in the wild); 1.0 forbids it.
        if (strict && is_blank(label.back())) {
            notes.push_back({"baginfo.syntax", line_number(count) + " has white space before the colon"});
        }
        elements.push_back({std::string{trim(label)}, std::string{trim(line.substr(colon + 1))}});
    });
    return elements;
}

std::optional<Oxum> parse_oxum(std::string_view value)
{
    const auto dot = value.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot + 1 == value.size()) {
        return std::nullopt;
    }
    const auto bytes = number<std::uint64_t>(value.substr(0, dot));
    const auto files = number<std::uint64_t>(value.substr(dot + 1));
    return bytes && files ? std::optional{Oxum{*bytes, *files}} : std::nullopt;
}

std::vector<ManifestLine> parse_manifest(std::string_view text, Notes& notes)
{
    std::vector<ManifestLine> lines;
    bool asterisk = false;
    for_each_line(text, [&](std::string_view line, std::size_t count) {
        if (trim(line).empty()) {
            return;
        }
        const auto end = line.find_first_of(kBlank);
        const auto digest = line.substr(0, std::min(end, line.size()));
        const auto start = end == std::string_view::npos ? end : line.find_first_not_of(kBlank, end);
        const bool hex = std::ranges::all_of(digest, [](char c) { return hex_value(c).has_value(); });
        if (digest.empty() || !hex || start == std::string_view::npos) {
            notes.push_back({"manifest.syntax", line_number(count)});
            return;
        }
        auto path = line.substr(start);
        if (path.starts_with('*')) {
            asterisk = true;
            path.remove_prefix(1);
        }
        if (path.empty()) {
            notes.push_back({"manifest.syntax", line_number(count)});
            return;
        }
        lines.push_back({lower(digest), std::string{path}});
    });
    if (asterisk) {
        notes.push_back({"manifest.asterisk", {}, false});
    }
    return lines;
}

std::string manifest_line(std::string_view digest, std::string_view path)
{
    return std::string{digest}.append("  ").append(percent_encode(path)).append("\n");
}

std::vector<FetchLine> parse_fetch(std::string_view text, Notes& notes)
{
    std::vector<FetchLine> lines;
    for_each_line(text, [&](std::string_view line, std::size_t count) {
        if (trim(line).empty()) {
            return;
        }
        const auto url_end = line.find_first_of(kBlank);
        const auto length_at = line.find_first_not_of(kBlank, url_end);
        const auto length_end = line.find_first_of(kBlank, length_at);
        const auto path_at = line.find_first_not_of(kBlank, length_end);
        // npos runs through all four: a missing part leaves the path missing.
        if (url_end == 0 || url_end == std::string_view::npos || length_at == std::string_view::npos ||
            length_end == std::string_view::npos || path_at == std::string_view::npos) {
            notes.push_back({"fetch.syntax", line_number(count)});
            return;
        }
        const auto length = line.substr(length_at, length_end - length_at);
        const auto bytes = number<std::uint64_t>(length);
        if (length != "-" && !bytes) {
            notes.push_back({"fetch.syntax", line_number(count) + " has no length"});
            return;
        }
        lines.push_back({std::string{line.substr(0, url_end)}, bytes, std::string{line.substr(path_at)}});
    });
    return lines;
}

bool leads_outside(std::string_view path)
{
    if (path.empty() || path.starts_with('/') || path.starts_with('~') || path.find('\\') != std::string_view::npos ||
        path.find('\0') != std::string_view::npos) {
        return true;
    }
    if (path.size() >= 2 && is_letter(path[0]) && path[1] == ':') {
        return true;
    }
    if (path.starts_with('%')) {
        const auto name = path.substr(1, std::min(path.find('%', 1), path.size()) - 1);
        const bool is_variable = name.size() + 1 < path.size() && !name.empty() &&
                                 std::ranges::all_of(name, [](char c) { return is_letter(c) || c == '_'; });
        if (is_variable) {
            return true;
        }
    }
    for (;;) {
        const auto slash = path.find('/');
        if (path.substr(0, slash) == "..") {
            return true;
        }
        if (slash == std::string_view::npos) {
            return false;
        }
        path.remove_prefix(slash + 1);
    }
}

std::string normal_path(std::string_view path)
{
    std::string out;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const auto part = path.substr(0, slash);
        if (!part.empty() && part != ".") {
            out.append(out.empty() ? "" : "/").append(part);
        }
        path.remove_prefix(std::min(path.size(), slash + 1));
    }
    return out;
}

std::string percent_encode(std::string_view path)
{
    constexpr std::array<std::pair<char, std::string_view>, 3> kEscapes{{{'\r', "%0D"}, {'\n', "%0A"}, {'%', "%25"}}};
    std::string out;
    out.reserve(path.size());
    for (const char c : path) {
        const auto* row = std::ranges::find(kEscapes, c, &std::pair<char, std::string_view>::first);
        if (row == kEscapes.end()) {
            out += c;
        } else {
            out += row->second;
        }
    }
    return out;
}

namespace {

template <class F>
std::string decode_escapes(std::string_view path, F&& wanted)
{
    std::string out;
    out.reserve(path.size());
    for (std::size_t at = 0; at < path.size(); ++at) {
        const auto high = path[at] == '%' && at + 2 < path.size() ? hex_value(path[at + 1]) : std::nullopt;
        const auto low = high ? hex_value(path[at + 2]) : std::nullopt;
        const auto value = low ? static_cast<char>(static_cast<unsigned char>(*high * 16 + *low)) : '\0';
        if (low && wanted(value)) {
            out += value;
            at += 2;
        } else {
            out += path[at];
        }
    }
    return out;
}

} // namespace

std::string percent_decode(std::string_view path)
{
    return decode_escapes(path, [](char c) { return c == '\r' || c == '\n' || c == '%'; });
}

std::string percent_decode_all(std::string_view path)
{
    return decode_escapes(path, [](char) { return true; });
}

namespace {

struct CaseRange
{
    char32_t first;
    char32_t last;
    char32_t distance; ///< to the small letter; 0: capitals are the even ones and the small letter follows
};

/// The letters of Europe and Viet Nam; what Windows and macOS fold beyond them is not met in our file names.
constexpr std::array kCapitals{
    CaseRange{U'A', U'Z', 32},     CaseRange{0x00C0, 0x00D6, 32}, CaseRange{0x00D8, 0x00DE, 32},
    CaseRange{0x0100, 0x012F, 0},  CaseRange{0x0132, 0x0137, 0},  CaseRange{0x014A, 0x0177, 0},
    CaseRange{0x01A0, 0x01A5, 0},  CaseRange{0x01AF, 0x01AF, 1},  CaseRange{0x0391, 0x03A9, 32},
    CaseRange{0x0400, 0x040F, 80}, CaseRange{0x0410, 0x042F, 32}, CaseRange{0x1E00, 0x1E95, 0},
    CaseRange{0x1EA0, 0x1EFF, 0},
};

char32_t small_letter(char32_t c)
{
    for (const auto& range : kCapitals) {
        if (c >= range.first && c <= range.last) {
            return range.distance != 0 ? c + range.distance : c | 1U;
        }
    }
    return c;
}

/// `utf8` is well-formed.
char32_t next_code_point(std::string_view utf8, std::size_t& at)
{
    const auto lead = static_cast<unsigned char>(utf8[at++]);
    if (lead < 0x80) {
        return lead;
    }
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    char32_t c = lead & (0x3FU >> more);
    for (int i = 0; i < more && at < utf8.size(); ++i) {
        c = (c << 6) | (static_cast<unsigned char>(utf8[at++]) & 0x3FU);
    }
    return c;
}

} // namespace

std::string case_key(std::string_view path)
{
    if (std::ranges::all_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
        return lower(path);
    }
    const auto composed = text::to_nfc(text::repair_utf8(path));
    std::string out;
    out.reserve(composed.size());
    for (std::size_t at = 0; at < composed.size();) {
        append_utf8(out, small_letter(next_code_point(composed, at)));
    }
    return out;
}

std::optional<std::string> algorithm_of(std::string_view file_name, std::string_view prefix)
{
    constexpr std::string_view kSuffix = ".txt";
    const auto name = lower(file_name);
    if (!name.starts_with(prefix) || !name.ends_with(kSuffix) || name.size() <= prefix.size() + kSuffix.size()) {
        return std::nullopt;
    }
    std::string algorithm = name.substr(prefix.size(), name.size() - prefix.size() - kSuffix.size());
    std::erase_if(algorithm, [](char c) { return !is_letter(c) && !is_digit(c); });
    return algorithm.empty() ? std::nullopt : std::optional{algorithm};
}

} // namespace vtlt::export_::bag
