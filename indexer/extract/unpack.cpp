// SPDX-License-Identifier: GPL-3.0-or-later
#include "unpack.h"

#include "format.h"
#include "utf8.h"
#include "verdict.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <new>
#include <optional>

namespace vtlt::extract {

namespace {

using sandbox::wire::EntryHead;
using sandbox::wire::Record;

constexpr std::size_t kPiece = std::size_t{64} << 10;

// The upper halves of both code pages. Bytes that CP1258 leaves free get private characters: no two bytes may become
// one.
constexpr std::array<char16_t, 128> kCp437{
    0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF, 0x00EE,
    0x00EC, 0x00C4, 0x00C5, 0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9, 0x00FF, 0x00D6,
    0x00DC, 0x00A2, 0x00A3, 0x00A5, 0x20A7, 0x0192, 0x00E1, 0x00ED, 0x00F3, 0x00FA, 0x00F1, 0x00D1, 0x00AA,
    0x00BA, 0x00BF, 0x2310, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB, 0x2591, 0x2592, 0x2593, 0x2502,
    0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255D, 0x255C, 0x255B, 0x2510, 0x2514,
    0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F, 0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550,
    0x256C, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256B, 0x256A, 0x2518, 0x250C,
    0x2588, 0x2584, 0x258C, 0x2590, 0x2580, 0x03B1, 0x00DF, 0x0393, 0x03C0, 0x03A3, 0x03C3, 0x00B5, 0x03C4,
    0x03A6, 0x0398, 0x03A9, 0x03B4, 0x221E, 0x03C6, 0x03B5, 0x2229, 0x2261, 0x00B1, 0x2265, 0x2264, 0x2320,
    0x2321, 0x00F7, 0x2248, 0x00B0, 0x2219, 0x00B7, 0x221A, 0x207F, 0x00B2, 0x25A0, 0x00A0,
};

constexpr std::array<char16_t, 128> kCp1258{
    0x20AC, 0xE081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0xE08A, 0x2039, 0x0152,
    0xE08D, 0xE08E, 0xE08F, 0xE090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
    0xE09A, 0x203A, 0x0153, 0xE09D, 0xE09E, 0x0178, 0x00A0, 0x00A1, 0x00A2, 0x00A3, 0x00A4, 0x00A5, 0x00A6,
    0x00A7, 0x00A8, 0x00A9, 0x00AA, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x00AF, 0x00B0, 0x00B1, 0x00B2, 0x00B3,
    0x00B4, 0x00B5, 0x00B6, 0x00B7, 0x00B8, 0x00B9, 0x00BA, 0x00BB, 0x00BC, 0x00BD, 0x00BE, 0x00BF, 0x00C0,
    0x00C1, 0x00C2, 0x0102, 0x00C4, 0x00C5, 0x00C6, 0x00C7, 0x00C8, 0x00C9, 0x00CA, 0x00CB, 0x0300, 0x00CD,
    0x00CE, 0x00CF, 0x0110, 0x00D1, 0x0309, 0x00D3, 0x00D4, 0x01A0, 0x00D6, 0x00D7, 0x00D8, 0x00D9, 0x00DA,
    0x00DB, 0x00DC, 0x01AF, 0x0303, 0x00DF, 0x00E0, 0x00E1, 0x00E2, 0x0103, 0x00E4, 0x00E5, 0x00E6, 0x00E7,
    0x00E8, 0x00E9, 0x00EA, 0x00EB, 0x0301, 0x00ED, 0x00EE, 0x00EF, 0x0111, 0x00F1, 0x0323, 0x00F3, 0x00F4,
    0x01A1, 0x00F6, 0x00F7, 0x00F8, 0x00F9, 0x00FA, 0x00FB, 0x00FC, 0x01B0, 0x20AB, 0x00FF,
};

/// CP1258 writes tone marks as bytes of their own behind the vowel; in CP437 these are box lines and Greek, which no
/// file name has there.
bool looks_vietnamese(std::string_view bytes)
{
    constexpr std::string_view kMarks = "\xCC\xD2\xDE\xEC\xF2";
    constexpr std::string_view kVowels = "aeiouyAEIOUY\xC2\xC3\xCA\xD4\xD5\xDD\xE2\xE3\xEA\xF4\xF5\xFD";
    for (std::size_t i = 1; i < bytes.size(); ++i) {
        if (kMarks.find(bytes[i]) != std::string_view::npos && kVowels.find(bytes[i - 1]) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

bool is_utf8(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto length = decode_utf8(bytes).length;
        if (length == 0) {
            return false;
        }
        bytes.remove_prefix(length);
    }
    return true;
}

struct FreeArchive
{
    void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeArchive>;

/// libarchive's view of a source: by offsets of its own, for the descriptor's position belongs to somebody else.
struct Feed
{
    const Source& source;
    std::array<char, kPiece> buffer{};
    std::int64_t at = 0;
    std::optional<Cause> failed;

    static la_ssize_t read(archive*, void* self, const void** bytes)
    {
        auto& feed = *static_cast<Feed*>(self);
        try {
            const auto got =
                feed.source.read(feed.buffer.data(), feed.buffer.size(), static_cast<std::uint64_t>(feed.at));
            feed.at += static_cast<std::int64_t>(got);
            *bytes = feed.buffer.data();
            return static_cast<la_ssize_t>(got);
        } catch (const Verdict& verdict) {
            feed.failed = verdict.cause;
            return ARCHIVE_FATAL;
        }
    }

    static la_int64_t skip(archive*, void* self, la_int64_t wanted)
    {
        auto& feed = *static_cast<Feed*>(self);
        const auto left = static_cast<std::int64_t>(feed.source.size()) - feed.at;
        const auto step = std::clamp<std::int64_t>(wanted, 0, std::max<std::int64_t>(left, 0));
        feed.at += step;
        return step;
    }

    static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence)
    {
        auto& feed = *static_cast<Feed*>(self);
        const auto base = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? feed.at
                                               : static_cast<std::int64_t>(feed.source.size());
        if (offset + base < 0) {
            return ARCHIVE_FATAL;
        }
        feed.at = base + offset;
        return feed.at;
    }
};

struct Container
{
    std::string_view format;
    int (*enable_format)(archive*);
    int (*enable_filter)(archive*);
    bool certain; ///< the head alone proves it; else the first entry does
};

int no_filter(archive*)
{
    return ARCHIVE_OK;
}

/// By the word of the format table.
constexpr std::array kContainers{
    std::pair{std::string_view{"zip"}, Container{"zip", archive_read_support_format_zip_seekable, no_filter, true}},
    std::pair{std::string_view{"tar"}, Container{"tar", archive_read_support_format_tar, no_filter, true}},
    std::pair{std::string_view{"gz"},
              Container{"tar.gz", archive_read_support_format_tar, archive_read_support_filter_gzip, false}},
    std::pair{std::string_view{"zst"},
              Container{"tar.zst", archive_read_support_format_tar, archive_read_support_filter_zstd, false}},
};

const Container* container_of(const Source& source)
{
    const auto word = identify(source).row->word;
    const auto found =
        std::find_if(kContainers.begin(), kContainers.end(), [&](const auto& row) { return row.first == word; });
    return found == kContainers.end() ? nullptr : &found->second;
}

Reader open(Feed& feed, const Container& container)
{
    Reader reader{archive_read_new()};
    if (!reader) {
        throw std::bad_alloc{};
    }
    container.enable_format(reader.get());
    container.enable_filter(reader.get());
    archive_read_set_read_callback(reader.get(), Feed::read);
    archive_read_set_skip_callback(reader.get(), Feed::skip);
    archive_read_set_seek_callback(reader.get(), Feed::seek);
    archive_read_set_callback_data(reader.get(), &feed);
    return reader;
}

std::string name_of(archive_entry* entry, std::uint64_t number)
{
    const char* name = archive_entry_pathname(entry);
    name = name != nullptr ? name : archive_entry_pathname_utf8(entry);
    return name != nullptr ? entry_name_as_utf8(name) : "entry-" + std::to_string(number);
}

EntryHead head_of(archive_entry* entry)
{
    EntryHead head;
    const auto kind = archive_entry_filetype(entry);
    const bool link = archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr;
    head.type = link               ? EntryHead::Type::special
                : kind == AE_IFREG ? EntryHead::Type::file
                : kind == AE_IFDIR ? EntryHead::Type::folder
                                   : EntryHead::Type::special;
    if (archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) >= 0) {
        head.has_size = 1;
        head.size = static_cast<std::uint64_t>(archive_entry_size(entry));
    }
    if (archive_entry_mtime_is_set(entry) != 0) {
        head.has_time = 1;
        head.modified_at = archive_entry_mtime(entry);
    }
    return head;
}

void send_head(archive_entry* entry, std::uint64_t number, Output& output)
{
    std::string payload{sandbox::wire::as_bytes(head_of(entry))};
    payload += name_of(entry, number).substr(0, kPiece);
    output.record(Record::entry, payload);
}

/// Nothing but the record that ends a zip.
bool is_empty_zip(const Source& source)
{
    return source.bytes(0, 10) == std::string_view{"PK\x05\x06\0\0\0\0\0\0", 10};
}

void send_data(archive* reader, const Feed& feed, Output& output)
{
    std::array<char, kPiece> piece{};
    for (;;) {
        // Holes come as zeros: what a file weighs is what unpacking it would write.
        const auto got = archive_read_data(reader, piece.data(), piece.size());
        if (got == 0) {
            return;
        }
        if (got < 0) {
            throw Verdict{feed.failed.value_or(Cause::damaged)};
        }
        output.record(Record::data, {piece.data(), static_cast<std::size_t>(got)});
    }
}

} // namespace

std::string entry_name_as_utf8(std::string_view bytes)
{
    if (is_utf8(bytes)) {
        return std::string{bytes};
    }
    const auto& table = looks_vietnamese(bytes) ? kCp1258 : kCp437;
    std::string name;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        append_utf8(name, byte < 0x80 ? byte : table[byte - 0x80U]);
    }
    return name;
}

void unpack(const Source& source, Output& output)
{
    const auto* container = container_of(source);
    if (container == nullptr) {
        return;
    }
    Feed feed{.source = source, .failed = {}};
    const auto reader = open(feed, *container);
    if (container->certain) {
        output.record(Record::container, container->format);
    }
    // Opening looks for the format; something compressed that is no tar inside fails here or at the first entry.
    int state = archive_read_open1(reader.get());
    archive_entry* entry = nullptr;
    for (std::uint64_t number = 1;; ++number) {
        state = state < ARCHIVE_WARN ? state : archive_read_next_header(reader.get(), &entry);
        if (state == ARCHIVE_EOF || (state < ARCHIVE_WARN && number == 1 && !container->certain)) {
            return;
        }
        if (state < ARCHIVE_WARN && number == 1 && is_empty_zip(source)) {
            return; // libarchive takes it for damaged
        }
        if (state < ARCHIVE_WARN) {
            throw Verdict{feed.failed.value_or(Cause::damaged)};
        }
        if (number == 1 && !container->certain) {
            output.record(Record::container, container->format);
        }
        if (archive_entry_is_encrypted(entry) != 0) {
            throw Verdict{Cause::encrypted};
        }
        send_head(entry, number, output);
        if (head_of(entry).type == EntryHead::Type::file) {
            send_data(reader.get(), feed, output);
        }
        output.record(Record::entry_end, {});
    }
}

} // namespace vtlt::extract
