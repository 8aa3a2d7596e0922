// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::export_ {

/// Writes a zip (zip64 where needed, UTF-8 names) or a pax tar through libarchive. Entries are stored: records are
/// mostly compressed already, and deflate would cost twenty times the hashing. `deflated_zip` is for text. Regular
/// files only. Not thread-safe.
class ArchiveStream
{
public:
    enum class Format
    {
        zip,
        tar,
        deflated_zip
    };

    /// `output` receives the archive's bytes in order; what it throws comes out of the call that caused it.
    ArchiveStream(Format format, std::function<void(std::string_view)> output);
    /// Unless closed, the archive is abandoned; `output` is not called again.
    ~ArchiveStream();
    ArchiveStream(const ArchiveStream&) = delete;
    ArchiveStream& operator=(const ArchiveStream&) = delete;

    /// `path` is UTF-8. Exactly `size` bytes must follow through `data`. A zip tells the time in the zone of the
    /// machine; without one its bytes are the same everywhere.
    void begin(const std::string& path, std::uint64_t size, std::optional<Instant> modified_at);
    void data(std::string_view bytes);
    void close();

    struct State;

private:
    std::unique_ptr<State> state_;
};

} // namespace vtlt::export_
