// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "source.h"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Office files are zips whose parts are read out of order, so their directory is read once and each part is inflated
/// on demand. Plain containers are read by libarchive instead (unpack.h), in their own order.
namespace vtlt::extract {

struct ZipEntry
{
    std::string name;
    std::uint64_t packed = 0;
    std::uint64_t offset = 0; ///< of the local header
    unsigned method = 0;
    bool encrypted = false;
};

/// Bytes that may still be unpacked from one document: the answer to bombs. Throws Verdict{memory_limit} when used up.
class UnpackBudget
{
public:
    explicit UnpackBudget(std::uint64_t bytes) : left_(bytes) {}
    void spend(std::uint64_t bytes);

private:
    std::uint64_t left_;
};

class ZipFile
{
public:
    /// nullopt when the end of the central directory cannot be found or read.
    static std::optional<ZipFile> open(const Source& source);

    const std::vector<ZipEntry>& entries() const { return entries_; }
    /// ASCII letters are alike in both cases, as Office has it; a leading slash is not looked at.
    const ZipEntry* find(std::string_view name) const;
    bool has_encrypted() const;

private:
    std::vector<ZipEntry> entries_;
};

/// The unpacked bytes of one entry. Throws Verdict{damaged} for bad data and Verdict{encrypted}.
class ZipStream
{
public:
    ZipStream(const Source& source, const ZipEntry& entry, UnpackBudget& budget);
    ZipStream(const ZipStream&) = delete;
    ZipStream& operator=(const ZipStream&) = delete;

    /// 0 at the end.
    std::size_t read(char* buffer, std::size_t size);
    /// The rest, at most `most` bytes.
    std::string all(std::size_t most);

private:
    struct EndInflate
    {
        void operator()(z_stream* stream) const;
    };
    void refill();
    std::size_t read_stored(char* buffer, std::size_t size);

    const Source& source_;
    UnpackBudget& budget_;
    std::uint64_t at_ = 0;
    std::uint64_t left_ = 0;
    bool stored_ = false;
    bool ended_ = false;
    std::array<char, 32768> packed_{};
    z_stream stream_{};
    std::unique_ptr<z_stream, EndInflate> inflate_;
};

} // namespace vtlt::extract
