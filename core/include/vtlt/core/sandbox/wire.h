// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

/// What is said between our side and `vtlt-extract`, version 1. Both ends are built together and run on one machine, so
/// numbers are in its own byte order and any difference of version is a refusal to serve.
///
///     control  SEQPACKET socket, descriptor 3 of the server: Hello, then ( Request + two descriptors → [Cancel] →
///     Status )*
///              descriptors of a Request: the document (readable), the writing end of the result pipe
///     result   record*   record = length (4 bytes) type (1 byte) payload (length bytes); a good result ends with
///     Record::end
namespace vtlt::sandbox::wire {

inline constexpr std::uint32_t kVersion = 1;
inline constexpr int kControlFd = 3;

enum class Readiness : std::uint32_t
{
    ready,
    no_seccomp,
    selftest_differs
};

struct Hello
{
    std::uint32_t version = kVersion;
    Readiness readiness = Readiness::ready;
    std::int32_t landlock_abi = 0; ///< 0: the kernel has none
};

enum class Task : std::uint32_t
{
    text,
    unpack
};

struct Request
{
    std::uint32_t version = kVersion;
    Task task = Task::text;
    std::uint64_t cpu_seconds = 0;
    std::uint64_t wall_seconds = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t text_bytes = 0;
};

/// Any packet of this size while a child works means: kill it.
struct Cancel
{
    std::uint8_t now = 1;
};

/// How the child ended, sent when it is dead and reaped.
struct Status
{
    std::int32_t wait_status = 0;      ///< as wait4 gives it
    std::uint32_t passed_deadline = 0; ///< the server killed it
    std::uint32_t refused_memory = 0;  ///< an allocation failed at the limit
    std::uint32_t reserved = 0;
    std::uint64_t cpu_milliseconds = 0;
    std::uint64_t max_rss_bytes = 0;
};

enum class Record : std::uint8_t
{
    format = 1, ///< word NUL media type
    image,      ///< a plain image: without text and no fault
    charset,
    title,
    page, ///< number (4 bytes, 0 = none), text
    more, ///< text that continues the page
    warning,
    cause,     ///< a word of kCauses
    container, ///< one of zip tar tar.gz tar.zst
    entry,     ///< EntryHead, name
    data,      ///< bytes of the entry
    entry_end,
    end, ///< nothing was lost
};

struct EntryHead
{
    enum class Type : std::uint32_t
    {
        file,
        folder,
        special
    };
    Type type = Type::file;
    std::uint32_t has_size = 0;
    std::uint32_t has_time = 0;
    std::uint32_t reserved = 0;
    std::uint64_t size = 0;
    std::int64_t modified_at = 0;
};

inline constexpr std::size_t kHeadBytes = 5;
/// A longer record is a broken child.
inline constexpr std::size_t kMaxPayload = std::size_t{128} << 10;
/// Text without pages is cut into blocks of at most so many bytes.
inline constexpr std::size_t kBlockBytes = std::size_t{64} << 10;

template <class T>
std::string_view as_bytes(const T& value)
{
    static_assert(std::is_trivially_copyable_v<T>);
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// False when `bytes` are too short.
template <class T>
bool read_value(std::string_view bytes, T& value)
{
    static_assert(std::is_trivially_copyable_v<T>);
    if (bytes.size() < sizeof value) {
        return false;
    }
    std::memcpy(&value, bytes.data(), sizeof value);
    return true;
}

inline std::string record_head(Record type, std::size_t payload)
{
    std::string head{as_bytes(static_cast<std::uint32_t>(payload))};
    head += static_cast<char>(type);
    return head;
}

/// Cuts a stream of bytes into records.
class RecordReader
{
public:
    /// Calls `on_record(Record, std::string_view)` for every whole record; the view is good during the call. False
    /// after a record that cannot be: nothing later is to be believed.
    template <class F>
    bool feed(std::string_view bytes, F&& on_record)
    {
        pending_ += bytes;
        std::size_t at = 0;
        while (!broken_) {
            const auto rest = std::string_view{pending_}.substr(at);
            std::uint32_t length = 0;
            if (rest.size() < kHeadBytes || !read_value(rest, length)) {
                break;
            }
            const auto type = static_cast<std::uint8_t>(rest[sizeof length]);
            if (length > kMaxPayload || type < 1 || type > static_cast<std::uint8_t>(Record::end)) {
                broken_ = true;
                break;
            }
            if (rest.size() < kHeadBytes + length) {
                break;
            }
            at += kHeadBytes + length;
            on_record(static_cast<Record>(type), rest.substr(kHeadBytes, length));
        }
        pending_.erase(0, at);
        return !broken_;
    }

private:
    std::string pending_;
    bool broken_ = false;
};

} // namespace vtlt::sandbox::wire
