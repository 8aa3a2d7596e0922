// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/sandbox/cause.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Our side of `vtlt-extract`, the fork server whose sandboxed children read foreign formats (safety.md §1).
namespace vtlt::sandbox {

/// Limits of one document (decisions.md, "Limits by default").
struct TextLimits
{
    std::chrono::seconds cpu{10};
    std::chrono::seconds wall{30};
    std::uint64_t memory_bytes = std::uint64_t{512} << 20;
    std::uint64_t text_bytes = std::uint64_t{64} << 20;
};

/// Limits of one container.
struct ContainerLimits
{
    std::uint64_t ratio = 200; ///< unpacked : packed, looked at from 1 MiB unpacked on
    std::uint64_t total_bytes = std::uint64_t{20} << 30;
    std::uint64_t entries = 100'000;
    std::chrono::seconds stall{30}; ///< no byte for so long
    std::chrono::hours wall{6};
};

struct TextPage
{
    std::optional<int> number; ///< from 1; nullopt where the format has no pages
    std::string text;          ///< UTF-8, NFC not applied: what the document says
};

/// What a child found out about one document.
struct Extraction
{
    std::string format;          ///< short word of the format table: pdf docx xlsx html txt png zip … or "unknown"
    std::string media_type;      ///< by content, e.g. application/pdf
    std::string title;           ///< first heading or the format's own title, empty when there is none
    std::string charset;         ///< of text formats
    bool is_plain_image = false; ///< an image has no text and that is no fault: accepted with cause null
    std::optional<Cause> cause;  ///< null: whole text; text_truncated: `pages` hold the text up to the limit
    std::vector<TextPage> pages; ///< blocks of at most 64 KiB (split at line ends) where a format has no pages
    std::vector<std::string> warnings; ///< for the operator's log; never content
    std::uint64_t max_rss_bytes = 0;   ///< of the child
    bool starved = false; ///< the clock's limit passed while the child had hardly run: the machine's fault, try again
};

/// One entry of a container, in the container's order.
struct Entry
{
    enum class Type
    {
        file,
        folder,
        special
    };
    std::string name; ///< bytes as in the container when they are UTF-8, else converted; never trusted
    Type type = Type::file;
    std::optional<std::uint64_t> size;       ///< as declared, when declared
    std::optional<std::int64_t> modified_at; ///< seconds since 1970
};

/// Receives entries as they stream by. An exception thrown here ends the child and passes through.
class EntrySink
{
public:
    virtual ~EntrySink() = default;
    virtual void begin(const Entry& entry) = 0;
    virtual void data(std::string_view bytes) = 0; ///< only for Type::file
    virtual void end() = 0;
};

/// How reading a container ended. `cause` is null when every entry was read; `is_container` false: not one of our kinds
/// (zip, tar, tar.gz, tar.zst), which includes office files that are zips inside.
struct UnpackResult
{
    bool is_container = false;
    std::string format; ///< zip, tar, tar.gz, tar.zst
    std::optional<Cause>
        cause; ///< encrypted damaged time_limit memory_limit extractor_crashed ratio too_large too_many_entries
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0; ///< unpacked
};

struct ExtractorOptions
{
    std::filesystem::path program; ///< empty: `vtlt-extract` beside the running program, or $VTLT_EXTRACT
    TextLimits text;
    ContainerLimits container;
};

/// One fork server and the document it works on. Not thread-safe: a worker thread has its own. A server that died is
/// started again with the next document; the document on which it died gets `extractor_crashed`.
class Extractor
{
public:
    /// Starts the server, which prewarms (≈ 0.1 s) and tests itself on golden samples in a sandboxed child.
    /// Throws Kind::internal `extract.unavailable` (no program, no seccomp, self-test differs).
    explicit Extractor(ExtractorOptions options = {});
    ~Extractor();
    Extractor(Extractor&&) noexcept;
    Extractor& operator=(Extractor&&) noexcept;

    /// Identifies by content and reads the text by page. `document` is a readable descriptor of a regular file; its
    /// position is not used. Never throws for what the document is or does; throws only when the machine fails us.
    Extraction extract(int document);

    /// Reads every entry through `sink` (null: only counts and checks, which is the dry run before anything is stored).
    UnpackResult unpack(int container, EntrySink* sink);

    /// False when the kernel has no Landlock: `doctor` warns.
    bool has_landlock() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace vtlt::sandbox
