// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "source.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

/// Identification by content: names and endings are never asked.
namespace vtlt::extract {

/// What is done with a format. `later`: known, without a handler so far.
enum class Handling
{
    pdf,
    docx,
    xlsx,
    html,
    plain,
    image,
    later,
    empty,
    encrypted,
    damaged,
    unknown
};

struct FormatRow
{
    std::string_view word;
    std::string_view media_type;
    Handling handling;
};

/// The one table of formats. More handlers come behind it; words never change, the catalogue keeps them.
inline constexpr std::array kFormats{
    FormatRow{"pdf", "application/pdf", Handling::pdf},
    FormatRow{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Handling::docx},
    FormatRow{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Handling::xlsx},
    FormatRow{"html", "text/html", Handling::html},
    FormatRow{"txt", "text/plain", Handling::plain},
    FormatRow{"csv", "text/csv", Handling::plain},
    FormatRow{"json", "application/json", Handling::plain},
    FormatRow{"xml", "application/xml", Handling::plain},

    FormatRow{"png", "image/png", Handling::image},
    FormatRow{"jpeg", "image/jpeg", Handling::image},
    FormatRow{"gif", "image/gif", Handling::image},
    FormatRow{"tiff", "image/tiff", Handling::image},
    FormatRow{"webp", "image/webp", Handling::image},
    FormatRow{"bmp", "image/bmp", Handling::image},
    FormatRow{"svg", "image/svg+xml", Handling::image},

    FormatRow{"doc", "application/msword", Handling::later},
    FormatRow{"xls", "application/vnd.ms-excel", Handling::later},
    FormatRow{"ppt", "application/vnd.ms-powerpoint", Handling::later},
    FormatRow{"msg", "application/vnd.ms-outlook", Handling::later},
    FormatRow{"ole", "application/x-ole-storage", Handling::later},
    FormatRow{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", Handling::later},
    FormatRow{"xlsb", "application/vnd.ms-excel.sheet.binary.macroEnabled.12", Handling::later},
    FormatRow{"vsdx", "application/vnd.ms-visio.drawing", Handling::later},
    FormatRow{"xps", "application/vnd.ms-xpsdocument", Handling::later},
    FormatRow{"ooxml", "application/vnd.openxmlformats-package", Handling::later},
    FormatRow{"odt", "application/vnd.oasis.opendocument.text", Handling::later},
    FormatRow{"ods", "application/vnd.oasis.opendocument.spreadsheet", Handling::later},
    FormatRow{"odp", "application/vnd.oasis.opendocument.presentation", Handling::later},
    FormatRow{"odf", "application/vnd.oasis.opendocument", Handling::later},
    FormatRow{"epub", "application/epub+zip", Handling::later},
    FormatRow{"jar", "application/java-archive", Handling::later},
    FormatRow{"apk", "application/vnd.android.package-archive", Handling::later},
    FormatRow{"rtf", "application/rtf", Handling::later},
    FormatRow{"eml", "message/rfc822", Handling::later},
    FormatRow{"mbox", "application/mbox", Handling::later},
    FormatRow{"mht", "multipart/related", Handling::later},
    FormatRow{"ps", "application/postscript", Handling::later},
    FormatRow{"djvu", "image/vnd.djvu", Handling::later},
    FormatRow{"jp2", "image/jp2", Handling::later},
    FormatRow{"heic", "image/heic", Handling::later},
    FormatRow{"emf", "image/emf", Handling::later},
    FormatRow{"wmf", "image/wmf", Handling::later},
    FormatRow{"dwg", "image/vnd.dwg", Handling::later},
    FormatRow{"zip", "application/zip", Handling::later},
    FormatRow{"tar", "application/x-tar", Handling::later},
    FormatRow{"gz", "application/gzip", Handling::later},
    FormatRow{"zst", "application/zstd", Handling::later},
    FormatRow{"bz2", "application/x-bzip2", Handling::later},
    FormatRow{"xz", "application/x-xz", Handling::later},
    FormatRow{"7z", "application/x-7z-compressed", Handling::later},
    FormatRow{"rar", "application/vnd.rar", Handling::later},
    FormatRow{"cab", "application/vnd.ms-cab-compressed", Handling::later},
    FormatRow{"sqlite", "application/vnd.sqlite3", Handling::later},
    FormatRow{"audio", "audio/*", Handling::later},
    FormatRow{"video", "video/*", Handling::later},

    FormatRow{"office-encrypted", "application/vnd.ms-office.encrypted", Handling::encrypted},
    FormatRow{"zip", "application/zip", Handling::encrypted},
    FormatRow{"zip", "application/zip", Handling::damaged},
    FormatRow{"empty", "application/x-empty", Handling::empty},
    FormatRow{"unknown", "application/octet-stream", Handling::unknown},
};

/// The bytes of a text format, as far as its head tells.
enum class TextBytes
{
    none,
    ascii_like,
    utf8_mark,
    utf16_little,
    utf16_big
};

struct Identity
{
    const FormatRow* row = nullptr;
    std::string media_type; ///< of the row, or nearer to the truth
    TextBytes text = TextBytes::none;
};

/// Loads libmagic's table. To be called once before anything forks; throws Kind::internal `extract.no_magic`.
void prepare_identification();

/// Reads the head of the source, and its end for zips: never all of it.
Identity identify(const Source& source);

/// True when a zip is one document inside (Office, OpenDocument, EPUB, programs) and not a container of files.
bool is_document_zip(const Source& source);

} // namespace vtlt::extract
