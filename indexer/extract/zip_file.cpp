// SPDX-License-Identifier: GPL-3.0-or-later
#include "zip_file.h"

#include "verdict.h"

#include <algorithm>

namespace vtlt::extract {

namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kEnd64LocatorSignature = 0x07064b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kMaxComment = 65535;
/// An office file has a few hundred parts; a directory larger than this is none of theirs.
constexpr std::uint64_t kMaxDirectory = std::uint64_t{32} << 20;
constexpr unsigned kStored = 0;
constexpr unsigned kDeflated = 8;

/// Little-endian number of `bytes` bytes at `at`; 0 beyond the end.
std::uint64_t number(std::string_view data, std::size_t at, std::size_t bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) {
        value = value << 8 | (at + i < data.size() ? static_cast<unsigned char>(data[at + i]) : 0U);
    }
    return value;
}

struct Directory
{
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::uint64_t ends_at = 0; ///< where its end record stands: shows bytes put before the archive
};

std::optional<Directory> directory64(const Source& source, std::uint64_t end_at)
{
    if (end_at < kLocatorBytes) {
        return std::nullopt;
    }
    const auto locator = source.bytes(end_at - kLocatorBytes, kLocatorBytes);
    if (number(locator, 0, 4) != kEnd64LocatorSignature) {
        return std::nullopt;
    }
    const auto record_at = number(locator, 8, 8);
    const auto record = source.bytes(record_at, kEnd64Bytes);
    if (record.size() < kEnd64Bytes || number(record, 0, 4) != kEnd64Signature) {
        return std::nullopt;
    }
    return Directory{.offset = number(record, 48, 8), .bytes = number(record, 40, 8), .ends_at = record_at};
}

std::optional<Directory> find_directory(const Source& source)
{
    const auto tail_bytes = std::min<std::uint64_t>(source.size(), kMaxComment + kEndBytes);
    const auto tail_at = source.size() - tail_bytes;
    const auto tail = source.bytes(tail_at, static_cast<std::size_t>(tail_bytes));
    for (auto at = tail.rfind("PK\x05\x06"); at != std::string::npos;
         at = at == 0 ? at - 1 : tail.rfind("PK\x05\x06", at - 1)) {
        if (at + kEndBytes > tail.size() || number(tail, at, 4) != kEndSignature) {
            continue;
        }
        const auto end_at = tail_at + at;
        if (auto large = directory64(source, end_at)) {
            return large;
        }
        return Directory{.offset = number(tail, at + 16, 4), .bytes = number(tail, at + 12, 4), .ends_at = end_at};
    }
    return std::nullopt;
}

/// Sizes that do not fit 32 bits stand in extra field 1, only those and in this order.
void read_extra64(std::string_view extra, std::uint64_t unpacked, ZipEntry& entry)
{
    constexpr std::uint64_t kElsewhere = 0xFFFFFFFF;
    for (std::size_t at = 0; at + 4 <= extra.size();) {
        const auto length = static_cast<std::size_t>(number(extra, at + 2, 2));
        if (number(extra, at, 2) == 1) {
            auto field = at + 4;
            field += unpacked == kElsewhere ? 8 : 0;
            for (auto* value : {&entry.packed, &entry.offset}) {
                if (*value == kElsewhere) {
                    *value = number(extra, field, 8);
                    field += 8;
                }
            }
            return;
        }
        at += 4 + length;
    }
}

bool same_letters(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view without_slash(std::string_view name)
{
    return name.starts_with('/') ? name.substr(1) : name;
}

} // namespace

void UnpackBudget::spend(std::uint64_t bytes)
{
    if (bytes > left_) {
        throw Verdict{Cause::memory_limit};
    }
    left_ -= bytes;
}

std::optional<ZipFile> ZipFile::open(const Source& source)
{
    const auto directory = find_directory(source);
    if (!directory || directory->bytes > kMaxDirectory || directory->bytes > directory->ends_at) {
        return std::nullopt;
    }
    // Bytes before the archive shift every offset alike; bytes between the directory and its end record shift nothing.
    const auto stands_at = [&](std::uint64_t offset) {
        return number(source.bytes(offset, 4), 0, 4) == kCentralSignature;
    };
    auto begin = directory->ends_at - directory->bytes;
    begin = stands_at(begin) || !stands_at(directory->offset) ? begin : directory->offset;
    if (begin < directory->offset) {
        return std::nullopt;
    }
    const auto shift = begin - directory->offset;
    const auto data = source.bytes(begin, static_cast<std::size_t>(directory->bytes));
    ZipFile file;
    for (std::size_t at = 0; at + kCentralBytes <= data.size();) {
        if (number(data, at, 4) != kCentralSignature) {
            return std::nullopt;
        }
        const auto name_bytes = static_cast<std::size_t>(number(data, at + 28, 2));
        const auto extra_bytes = static_cast<std::size_t>(number(data, at + 30, 2));
        const auto rest = std::string_view{data}.substr(at + kCentralBytes);
        ZipEntry entry{.name = std::string{rest.substr(0, name_bytes)},
                       .packed = number(data, at + 20, 4),
                       .offset = number(data, at + 42, 4),
                       .method = static_cast<unsigned>(number(data, at + 10, 2)),
                       .encrypted = (number(data, at + 8, 2) & 1) != 0};
        if (name_bytes + extra_bytes <= rest.size()) {
            read_extra64(rest.substr(name_bytes, extra_bytes), number(data, at + 24, 4), entry);
        }
        entry.offset += shift;
        file.entries_.push_back(std::move(entry));
        at += kCentralBytes + name_bytes + extra_bytes + static_cast<std::size_t>(number(data, at + 32, 2));
    }
    return file;
}

const ZipEntry* ZipFile::find(std::string_view name) const
{
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const ZipEntry& entry) {
        return same_letters(without_slash(entry.name), without_slash(name));
    });
    return found == entries_.end() ? nullptr : &*found;
}

bool ZipFile::has_encrypted() const
{
    return std::any_of(entries_.begin(), entries_.end(), [](const ZipEntry& entry) { return entry.encrypted; });
}

void ZipStream::EndInflate::operator()(z_stream* stream) const
{
    ::inflateEnd(stream);
}

ZipStream::ZipStream(const Source& source, const ZipEntry& entry, UnpackBudget& budget)
    : source_(source), budget_(budget)
{
    if (entry.encrypted) {
        throw Verdict{Cause::encrypted};
    }
    const auto local = source.bytes(entry.offset, kLocalBytes);
    if (local.size() < kLocalBytes || number(local, 0, 4) != kLocalSignature ||
        (entry.method != kStored && entry.method != kDeflated)) {
        throw Verdict{Cause::damaged};
    }
    at_ = entry.offset + kLocalBytes + number(local, 26, 2) + number(local, 28, 2);
    left_ = entry.packed;
    stored_ = entry.method == kStored;
    if (!stored_) {
        if (::inflateInit2(&stream_, -MAX_WBITS) != Z_OK) {
            throw Verdict{Cause::memory_limit};
        }
        inflate_.reset(&stream_);
    }
}

void ZipStream::refill()
{
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left_, packed_.size()));
    const auto got = source_.read(packed_.data(), wanted, at_);
    at_ += got;
    left_ -= got;
    stream_.next_in = reinterpret_cast<Bytef*>(packed_.data());
    stream_.avail_in = static_cast<uInt>(got);
    if (got == 0) {
        throw Verdict{Cause::damaged}; // the stream goes on where the file has ended
    }
}

std::size_t ZipStream::read_stored(char* buffer, std::size_t size)
{
    const auto got = source_.read(buffer, static_cast<std::size_t>(std::min<std::uint64_t>(left_, size)), at_);
    at_ += got;
    left_ -= got;
    budget_.spend(got);
    return got;
}

std::size_t ZipStream::read(char* buffer, std::size_t size)
{
    if (stored_) {
        return read_stored(buffer, size);
    }
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30));
    const auto room = stream_.avail_out;
    while (!ended_ && stream_.avail_out == room) {
        if (stream_.avail_in == 0) {
            refill();
        }
        const auto state = ::inflate(&stream_, Z_NO_FLUSH);
        ended_ = state == Z_STREAM_END;
        if (!ended_ && state != Z_OK && state != Z_BUF_ERROR) {
            throw Verdict{Cause::damaged};
        }
    }
    budget_.spend(room - stream_.avail_out);
    return room - stream_.avail_out;
}

std::string ZipStream::all(std::size_t most)
{
    std::string result;
    std::array<char, 16384> piece{};
    while (result.size() < most) {
        const auto got = read(piece.data(), std::min(piece.size(), most - result.size()));
        if (got == 0) {
            break;
        }
        result.append(piece.data(), got);
    }
    return result;
}

} // namespace vtlt::extract
