// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive_stream.h"

#include <vtlt/core/base/error.h>

#include <archive.h>
#include <archive_entry.h>

#include <exception>
#include <locale.h>

namespace vtlt::export_ {

namespace {

struct FreeArchive
{
    void operator()(struct archive* handle) const { archive_write_free(handle); }
};
struct FreeEntry
{
    void operator()(struct archive_entry* entry) const { archive_entry_free(entry); }
};
struct FreeLocale
{
    using pointer = locale_t;
    void operator()(locale_t locale) const { ::freelocale(locale); }
};

/// libarchive asks the thread's locale what a name's bytes mean; without UTF-8 Vietnamese names read back as nothing.
/// The process's own locale stays as it is.
class Utf8Names
{
public:
    explicit Utf8Names(locale_t utf8) : previous_(::uselocale(utf8)) {}
    ~Utf8Names() { ::uselocale(previous_); }
    Utf8Names(const Utf8Names&) = delete;
    Utf8Names& operator=(const Utf8Names&) = delete;

private:
    locale_t previous_;
};

} // namespace

struct ArchiveStream::State
{
    std::function<void(std::string_view)> output;
    std::exception_ptr failure; ///< of `output`: it must not pass through C
    bool is_abandoned = false;
    std::unique_ptr<locale_t, FreeLocale> utf8{::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{})};
    std::unique_ptr<struct archive, FreeArchive> handle{archive_write_new()};
    std::unique_ptr<struct archive_entry, FreeEntry> entry{archive_entry_new()};

    void check(la_ssize_t result)
    {
        if (failure) {
            std::rethrow_exception(failure);
        }
        if (result < 0) {
            const char* reason = archive_error_string(handle.get());
            throw Error{Kind::internal, "export.archive", {{"reason", reason != nullptr ? reason : "unknown"}}};
        }
    }
};

namespace {

la_ssize_t write_output(struct archive* /*handle*/, void* data, const void* bytes, std::size_t size)
{
    auto& state = *static_cast<ArchiveStream::State*>(data);
    if (state.is_abandoned || state.failure) {
        return -1;
    }
    try {
        state.output({static_cast<const char*>(bytes), size});
        return static_cast<la_ssize_t>(size);
    } catch (...) {
        state.failure = std::current_exception();
        return -1;
    }
}

} // namespace

ArchiveStream::ArchiveStream(Format format, std::function<void(std::string_view)> output)
    : state_(std::make_unique<State>())
{
    state_->output = std::move(output);
    ensure(state_->utf8 != nullptr, "the system has C.UTF-8");
    const Utf8Names names{state_->utf8.get()};
    auto* handle = state_->handle.get();
    ensure(handle != nullptr && state_->entry != nullptr, "libarchive has memory");
    if (format == Format::tar) {
        state_->check(archive_write_set_format_pax_restricted(handle));
    } else {
        const char* compression = format == Format::zip ? "store" : "deflate";
        state_->check(archive_write_set_format_zip(handle));
        state_->check(archive_write_set_format_option(handle, "zip", "compression", compression));
        state_->check(archive_write_set_format_option(handle, "zip", "hdrcharset", "UTF-8"));
    }
    // Our own blocks are large; libarchive's buffer would copy every byte once more.
    state_->check(archive_write_set_bytes_per_block(handle, 0));
    state_->check(archive_write_set_bytes_in_last_block(handle, 1));
    state_->check(archive_write_open(handle, state_.get(), nullptr, write_output, nullptr));
}

ArchiveStream::~ArchiveStream()
{
    // Freeing an open archive writes its end; nobody wants that of an abandoned one.
    state_->is_abandoned = true;
}

void ArchiveStream::begin(const std::string& path, std::uint64_t size, std::optional<Instant> modified_at)
{
    const Utf8Names names{state_->utf8.get()};
    auto* entry = archive_entry_clear(state_->entry.get());
    archive_entry_copy_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    if (modified_at) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(*modified_at);
        archive_entry_set_mtime(entry, seconds.time_since_epoch().count(), 0);
    }
    state_->check(archive_write_header(state_->handle.get(), entry));
}

void ArchiveStream::data(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto written = archive_write_data(state_->handle.get(), bytes.data(), bytes.size());
        state_->check(written);
        ensure(written > 0, "an entry takes exactly its size");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void ArchiveStream::close()
{
    const Utf8Names names{state_->utf8.get()};
    state_->check(archive_write_close(state_->handle.get()));
}

} // namespace vtlt::export_
