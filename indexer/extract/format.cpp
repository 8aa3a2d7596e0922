// SPDX-License-Identifier: GPL-3.0-or-later
#include "format.h"

#include "cfb.h"
#include "utf8.h"
#include "verdict.h"
#include "zip_file.h"

#include <vtlt/core/base/error.h>

#include <magic.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace vtlt::extract {

using namespace std::string_view_literals;

namespace {

constexpr std::size_t kHeadBytes = std::size_t{64} << 10;
/// Acrobat's rule: the header of a PDF stands somewhere in the first 1024 bytes.
constexpr std::size_t kPdfHeaderWithin = 1024;
constexpr std::size_t kTarBlock = 512;

struct Signature
{
    std::size_t offset;
    std::string_view bytes;
    std::string_view word;
};

constexpr std::array kSignatures{
    Signature{0, "\x89PNG\r\n\x1a\n"sv, "png"},
    Signature{0, "\xFF\xD8\xFF"sv, "jpeg"},
    Signature{0, "GIF87a"sv, "gif"},
    Signature{0, "GIF89a"sv, "gif"},
    Signature{0, "II*\0"sv, "tiff"},
    Signature{0, "MM\0*"sv, "tiff"},
    Signature{0, "II+\0"sv, "tiff"},
    Signature{0, "MM\0+"sv, "tiff"},
    Signature{8, "WEBP"sv, "webp"},
    Signature{0, "{\\rtf"sv, "rtf"},
    Signature{0, "%!PS"sv, "ps"},
    Signature{0, "AT&TFORM"sv, "djvu"},
    Signature{4, "jP  \r\n\x87\n"sv, "jp2"},
    Signature{4, "ftypheic"sv, "heic"},
    Signature{4, "ftypmif1"sv, "heic"},
    Signature{40, " EMF"sv, "emf"},
    Signature{0, "\xD7\xCD\xC6\x9A"sv, "wmf"},
    Signature{0, "AC10"sv, "dwg"},
    Signature{0, "\x1F\x8B\x08"sv, "gz"},
    Signature{0, "\x28\xB5\x2F\xFD"sv, "zst"},
    Signature{0, "BZh"sv, "bz2"},
    Signature{0,
              "\xFD"
              "7zXZ\0"sv,
              "xz"},
    Signature{0, "7z\xBC\xAF\x27\x1C"sv, "7z"},
    Signature{0, "Rar!\x1A\x07"sv, "rar"},
    Signature{0, "MSCF\0\0\0\0"sv, "cab"},
    Signature{0, "SQLite format 3\0"sv, "sqlite"},
};

/// A stream or storage of that name makes the compound file that kind; the first row that matches counts.
constexpr std::array kCompoundKinds{
    std::pair{"EncryptedPackage"sv, "office-encrypted"sv},
    std::pair{"WordDocument"sv, "doc"sv},
    std::pair{"Workbook"sv, "xls"sv},
    std::pair{"Book"sv, "xls"sv},
    std::pair{"PowerPoint Document"sv, "ppt"sv},
    std::pair{"__properties_version1.0"sv, "msg"sv},
};

/// A word in the list of content types makes the package that kind; the first row that matches counts.
constexpr std::array kPackageKinds{
    std::pair{"ms-excel.sheet.binary"sv, "xlsb"sv},
    std::pair{"ms-visio."sv, "vsdx"sv},
    std::pair{"wordprocessingml.document.main"sv, "docx"sv},
    std::pair{"wordprocessingml.template.main"sv, "docx"sv},
    std::pair{"ms-word.document.macroEnabled.main"sv, "docx"sv},
    std::pair{"ms-word.template.macroEnabledTemplate.main"sv, "docx"sv},
    std::pair{"presentationml."sv, "pptx"sv},
    std::pair{"ms-powerpoint."sv, "pptx"sv},
    std::pair{"spreadsheetml.sheet.main"sv, "xlsx"sv},
    std::pair{"spreadsheetml.template.main"sv, "xlsx"sv},
    std::pair{"ms-excel.sheet.macroEnabled.main"sv, "xlsx"sv},
    std::pair{"ms-excel.template.macroEnabled.main"sv, "xlsx"sv},
    std::pair{"ms-package.xps"sv, "xps"sv},
};

/// The first entry `mimetype` of an OpenDocument or EPUB file; longer words first.
constexpr std::array kMimetypeKinds{
    std::pair{"application/epub+zip"sv, "epub"sv},
    std::pair{"application/vnd.oasis.opendocument.text"sv, "odt"sv},
    std::pair{"application/vnd.oasis.opendocument.spreadsheet"sv, "ods"sv},
    std::pair{"application/vnd.oasis.opendocument.presentation"sv, "odp"sv},
    std::pair{"application/vnd.oasis.opendocument"sv, "odf"sv},
    std::pair{"application/vnd.sun.xml."sv, "odf"sv},
};

constexpr std::array kMagicKinds{
    std::pair{"audio/"sv, "audio"sv},           std::pair{"video/"sv, "video"sv},
    std::pair{"image/x-ms-bmp"sv, "bmp"sv},     std::pair{"image/bmp"sv, "bmp"sv},
    std::pair{"image/vnd.dwg"sv, "dwg"sv},      std::pair{"application/x-tar"sv, "tar"sv},
    std::pair{"application/zstd"sv, "zst"sv},   std::pair{"application/vnd.ms-excel"sv, "xls"sv},
    std::pair{"application/msword"sv, "doc"sv},
};

constexpr std::array kHtmlTags{"html"sv,   "head"sv,  "body"sv,  "title"sv, "meta"sv, "!doctype html"sv,
                               "script"sv, "style"sv, "table"sv, "div"sv,   "h1"sv,   "p>"sv,
                               "center"sv, "font"sv,  "br>"sv,   "link"sv,  "base"sv};

/// Two of them at the head of lines that all look like fields make a mail.
constexpr std::array kMailFields{"from"sv,         "to"sv,           "received"sv, "return-path"sv,
                                 "message-id"sv,   "mime-version"sv, "subject"sv,  "date"sv,
                                 "delivered-to"sv, "content-type"sv, "reply-to"sv, "x-mailer"sv};

struct CloseMagic
{
    void operator()(magic_set* cookie) const { magic_close(cookie); }
};

magic_set* magic()
{
    // Lives as long as the program: children inherit the loaded table.
    static const auto cookie = std::unique_ptr<magic_set, CloseMagic>{
        magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CDF)};
    return cookie.get();
}

const FormatRow& row_of(std::string_view word, std::optional<Handling> handling = std::nullopt)
{
    const auto found = std::find_if(kFormats.begin(), kFormats.end(), [&](const FormatRow& row) {
        return row.word == word && (!handling || row.handling == *handling);
    });
    ensure(found != kFormats.end(), "format word without a row");
    return *found;
}

Identity as(const FormatRow& row, TextBytes text = TextBytes::none)
{
    return {.row = &row, .media_type = std::string{row.media_type}, .text = text};
}

std::string lower(std::string_view text)
{
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

std::string_view trimmed(std::string_view text)
{
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

// --- compound files and zips
// ------------------------------------------------------------------------------------------

Identity identify_compound(const Source& source)
{
    const auto names = compound_names(source);
    for (const auto& [kind, word] : kCompoundKinds) {
        // Names in a compound file are alike in both cases.
        if (std::any_of(names.begin(), names.end(), [&](const auto& name) { return lower(name) == lower(kind); })) {
            return as(row_of(word));
        }
    }
    return as(row_of("ole"));
}

template <std::size_t N>
std::string_view kind_by_word(const std::array<std::pair<std::string_view, std::string_view>, N>& table,
                              std::string_view text, std::string_view otherwise)
{
    for (const auto& [needle, word] : table) {
        if (text.find(needle) != std::string_view::npos) {
            return word;
        }
    }
    return otherwise;
}

std::string small_part(const Source& source, const ZipEntry& entry)
{
    constexpr std::size_t kMost = std::size_t{1} << 20;
    try {
        UnpackBudget budget{4 * kMost};
        return ZipStream{source, entry, budget}.all(kMost);
    } catch (const Verdict&) {
        return {};
    }
}

/// The word for a zip that is one document inside; empty for a container of files.
std::string_view document_zip_kind(const Source& source, const ZipFile& zip)
{
    if (const auto* types = zip.find("[Content_Types].xml")) {
        const auto list = small_part(source, *types);
        const auto otherwise = zip.find("word/document.xml") != nullptr ? "docx"sv
                               : zip.find("xl/workbook.xml") != nullptr ? "xlsx"sv
                                                                        : "ooxml"sv;
        return kind_by_word(kPackageKinds, list, otherwise);
    }
    if (const auto* mimetype = zip.find("mimetype")) {
        const auto type = small_part(source, *mimetype);
        const auto found = kind_by_word(kMimetypeKinds, type, "");
        if (!found.empty()) {
            return found;
        }
    }
    return zip.find("AndroidManifest.xml") != nullptr    ? "apk"sv
           : zip.find("META-INF/MANIFEST.MF") != nullptr ? "jar"sv
                                                         : ""sv;
}

bool looks_like_zip(std::string_view head)
{
    return head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06") || head.starts_with("PK\x07\x08") ||
           head.starts_with("PK00PK\x03\x04");
}

Identity identify_zip(const Source& source)
{
    const auto zip = ZipFile::open(source);
    if (!zip) {
        return as(row_of("zip", Handling::damaged));
    }
    const auto kind = document_zip_kind(source, *zip);
    if (!kind.empty()) {
        return as(row_of(kind));
    }
    return as(row_of("zip", zip->has_encrypted() ? Handling::encrypted : Handling::later));
}

// --- text
// -------------------------------------------------------------------------------------------------------------

bool is_odd_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\x1b';
}

/// Share of units that European and Vietnamese text is made of, in thousandths.
int likely_units(std::string_view bytes, ByteOrder order)
{
    std::size_t likely = 0;
    const auto units = bytes.size() / 2;
    for (std::size_t i = 0; i < units; ++i) {
        const auto a = static_cast<unsigned char>(bytes[2 * i]);
        const auto b = static_cast<unsigned char>(bytes[2 * i + 1]);
        const auto value = static_cast<unsigned>(order == ByteOrder::little ? b << 8 | a : a << 8 | b);
        likely += (value >= 0x20 && value < 0x250 && value != 0x7F) || value == '\n' || value == '\r' ||
                          value == '\t' || (value >= 0x1E00 && value < 0x1F00) || (value >= 0x300 && value < 0x370) ||
                          (value >= 0x2010 && value < 0x2030)
                      ? 1
                      : 0;
    }
    return units == 0 ? 0 : static_cast<int>(likely * 1000 / units);
}

TextBytes text_bytes(std::string_view head, bool is_whole)
{
    if (head.starts_with("\xEF\xBB\xBF")) {
        return TextBytes::utf8_mark;
    }
    if (head.starts_with("\xFF\xFE")) {
        return TextBytes::utf16_little;
    }
    if (head.starts_with("\xFE\xFF")) {
        return TextBytes::utf16_big;
    }
    const auto nuls = std::count(head.begin(), head.end(), '\0');
    const auto size = static_cast<std::ptrdiff_t>(head.size());
    constexpr int kSurely = 970;
    if (nuls * 8 > size && size >= 8 && (!is_whole || size % 2 == 0)) {
        // Without a mark: in Vietnamese text at least every eighth unit is plain ASCII, which has one zero byte.
        if (likely_units(head, ByteOrder::little) >= kSurely) {
            return TextBytes::utf16_little;
        }
        if (likely_units(head, ByteOrder::big) >= kSurely) {
            return TextBytes::utf16_big;
        }
    }
    const auto controls = std::count_if(head.begin(), head.end(), is_odd_control);
    return nuls * 100 <= size && controls * 20 <= size ? TextBytes::ascii_like : TextBytes::none;
}

bool is_mail(std::string_view text)
{
    int fields = 0;
    for (int line = 0; line < 40 && !text.empty(); ++line) {
        const auto end = std::min(text.find('\n'), text.size() - 1);
        const auto words = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (words.empty() || words == "\r") {
            break;
        }
        if (words.front() == ' ' || words.front() == '\t') {
            continue; // a field goes on
        }
        const auto colon = words.find(':');
        if (colon == std::string_view::npos || words.substr(0, colon).find(' ') != std::string_view::npos) {
            return false;
        }
        const auto name = lower(words.substr(0, colon));
        fields += std::find(kMailFields.begin(), kMailFields.end(), name) != kMailFields.end() ? 1 : 0;
    }
    return fields >= 2;
}

bool is_table(std::string_view text)
{
    int lines = 0;
    std::ptrdiff_t commas = 0;
    while (!text.empty() && lines < 20) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) {
            break;
        }
        const auto here = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), ',');
        if (here < 2 || (lines > 0 && here != commas)) {
            return false;
        }
        commas = here;
        ++lines;
        text.remove_prefix(end + 1);
    }
    return lines >= 3;
}

/// Goes over white space, comments and processing instructions to the first real tag.
std::string_view first_tag(std::string_view text)
{
    for (;;) {
        text = trimmed(text);
        const auto close = text.starts_with("<!--") ? "-->"sv : text.starts_with("<?") ? ">"sv : ""sv;
        const auto end = close.empty() ? std::string_view::npos : text.find(close);
        if (end == std::string_view::npos) {
            return text;
        }
        text.remove_prefix(end + close.size());
    }
}

std::string_view markup_kind(std::string_view text)
{
    auto tag = lower(first_tag(text).substr(0, 2048));
    if (!tag.starts_with('<')) {
        return {};
    }
    const bool is_xml = trimmed(text).starts_with("<?xml");
    if (tag.starts_with("<!doctype") && !tag.starts_with("<!doctype html")) {
        // The document type names the root.
        return tag.starts_with("<!doctype svg") ? "svg"sv : "xml"sv;
    }
    if (tag.starts_with("<svg") || tag.find(":svg") < 12) {
        return "svg";
    }
    const auto name = std::string_view{tag}.substr(1);
    const bool is_html =
        std::any_of(kHtmlTags.begin(), kHtmlTags.end(), [&](auto known) { return name.starts_with(known); });
    if (is_html && (!is_xml || name.starts_with("html") || name.starts_with("!doctype html"))) {
        return "html";
    }
    return is_xml ? "xml"sv : ""sv;
}

std::string_view text_kind(std::string_view text)
{
    if (const auto kind = markup_kind(text); !kind.empty()) {
        return kind;
    }
    if (text.starts_with("From ") && is_mail(text.substr(std::min(text.find('\n'), text.size() - 1) + 1))) {
        return "mbox";
    }
    if (is_mail(text)) {
        return lower(text.substr(0, 4096)).find("multipart/related") != std::string::npos &&
                       text.find("Saved by") != std::string_view::npos
                   ? "mht"
                   : "eml";
    }
    const auto begin = trimmed(text);
    if (begin.size() >= 2 && (begin[0] == '{' || begin[0] == '[')) {
        const auto second = trimmed(begin.substr(1));
        const auto allowed = begin[0] == '{' ? "\"}"sv : "\"{[]-0123456789tfn"sv;
        if (!second.empty() && allowed.find(second[0]) != std::string_view::npos) {
            return "json";
        }
    }
    return is_table(text) ? "csv"sv : "txt"sv;
}

Identity identify_text(std::string_view head, TextBytes bytes)
{
    std::string decoded;
    auto text = head;
    if (bytes == TextBytes::utf16_little || bytes == TextBytes::utf16_big) {
        std::size_t used = 0;
        decoded = utf16_to_utf8(head.substr(0, 16384),
                                bytes == TextBytes::utf16_big ? ByteOrder::big : ByteOrder::little, used);
        text = decoded;
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    return as(row_of(text_kind(text)), bytes);
}

// --- everything else
// --------------------------------------------------------------------------------------------------

/// The sum of a tar header with its own field taken as spaces, which no other format has by chance.
bool looks_like_tar(std::string_view head)
{
    if (head.size() < kTarBlock || head[0] == '\0') {
        return false;
    }
    unsigned sum = 8 * ' ';
    for (std::size_t i = 0; i < kTarBlock; ++i) {
        sum += i >= 148 && i < 156 ? 0U : static_cast<unsigned char>(head[i]);
    }
    unsigned told = 0;
    bool digits = false;
    for (const char c : head.substr(148, 8)) {
        if (c >= '0' && c <= '7') {
            told = told * 8 + static_cast<unsigned>(c - '0');
            digits = true;
        } else if (digits) {
            break;
        }
    }
    return digits && told == sum;
}

/// A PDF behind other bytes. A text that only speaks of "%PDF-" is none: behind text the end of one must be there too.
bool holds_pdf(const Source& source, std::string_view head)
{
    if (head.substr(0, kPdfHeaderWithin).find("%PDF-") == std::string_view::npos) {
        return false;
    }
    constexpr std::uint64_t kTail = 4096;
    const auto tail = source.bytes(source.size() - std::min(source.size(), kTail), kTail);
    return text_bytes(head, false) == TextBytes::none || tail.find("startxref") != std::string::npos;
}

Identity identify_by_magic(std::string_view head)
{
    const char* found = magic_buffer(magic(), head.data(), head.size());
    const std::string_view media_type = found == nullptr ? "application/octet-stream"sv : std::string_view{found};
    for (const auto& [prefix, word] : kMagicKinds) {
        if (media_type.starts_with(prefix)) {
            return {.row = &row_of(word), .media_type = std::string{media_type}, .text = TextBytes::none};
        }
    }
    return {.row = &row_of("unknown"), .media_type = std::string{media_type}, .text = TextBytes::none};
}

} // namespace

void prepare_identification()
{
    if (magic() == nullptr || magic_load(magic(), nullptr) != 0) {
        throw Error{Kind::internal, "extract.no_magic"};
    }
    // The first look compiles libmagic's regular expressions.
    magic_buffer(magic(), "\x01\x02", 2);
}

Identity identify(const Source& source)
{
    if (source.size() == 0) {
        return as(row_of("empty"));
    }
    const auto bytes = source.bytes(0, kHeadBytes);
    const auto head = std::string_view{bytes};
    if (head.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
        return identify_compound(source);
    }
    if (looks_like_zip(head)) {
        return identify_zip(source);
    }
    if (head.starts_with("%PDF-") || head.starts_with("%PDF1")) {
        return as(row_of("pdf")); // readers forgive the missing dash
    }
    for (const auto& signature : kSignatures) {
        if (head.size() > signature.offset && head.substr(signature.offset).starts_with(signature.bytes)) {
            return as(row_of(signature.word));
        }
    }
    if (looks_like_tar(head)) {
        return as(row_of("tar"));
    }
    // After the containers: the first member of one may well be a PDF.
    if (holds_pdf(source, head)) {
        return as(row_of("pdf"));
    }
    if (const auto text = text_bytes(head, head.size() == source.size()); text != TextBytes::none) {
        return identify_text(head, text);
    }
    return identify_by_magic(head);
}

bool is_document_zip(const Source& source)
{
    const auto zip = ZipFile::open(source);
    return zip && !document_zip_kind(source, *zip).empty();
}

} // namespace vtlt::extract
