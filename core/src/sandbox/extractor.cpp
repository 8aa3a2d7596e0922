// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/sandbox/extractor.h>

#include "connection.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/sandbox/wire.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <sys/stat.h>
#include <utility>

namespace vtlt::sandbox {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

namespace {

/// Over the child's own deadline, before we doubt the server.
constexpr std::chrono::seconds kGrace{10};
/// What a record costs beside its bytes, and by how much the child's own count may differ from ours.
constexpr std::uint64_t kRecordCost = 64;
constexpr std::uint64_t kSlack = std::uint64_t{1} << 20;
constexpr std::size_t kMaxWarnings = 20;
constexpr std::size_t kMaxWord = 200;
constexpr std::size_t kMaxTitle = 1000;
/// Small containers may unpack to anything up to here.
constexpr std::uint64_t kRatioFrom = std::uint64_t{1} << 20;

fs::path find_program(const fs::path& wanted)
{
    if (!wanted.empty()) {
        return wanted;
    }
    if (const char* named = std::getenv("VTLT_EXTRACT"); named != nullptr && *named != '\0') {
        return named;
    }
    std::error_code error;
    const auto self = fs::read_symlink("/proc/self/exe", error);
    return self.parent_path() / "vtlt-extract";
}

std::uint64_t size_of(int descriptor)
{
    struct stat info = {};
    return ::fstat(descriptor, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

/// A child taken over by its document can send anything; what is kept is UTF-8.
std::string words(std::string_view bytes, std::size_t most = std::numeric_limits<std::size_t>::max())
{
    const auto cut = bytes.substr(0, most);
    return text::is_utf8(cut) ? std::string{cut} : text::repair_utf8(cut);
}

bool is_about_document(Cause cause)
{
    return cause_row(cause).stored || cause == Cause::unreadable;
}

bool has_words(const std::vector<TextPage>& pages)
{
    return std::any_of(pages.begin(), pages.end(), [](const TextPage& page) {
        return std::any_of(page.text.begin(), page.text.end(),
                           [](char c) { return static_cast<unsigned char>(c) > ' '; });
    });
}

/// Collects the records of a text child.
class TextCollector
{
public:
    explicit TextCollector(const TextLimits& limits) : budget_(limits.text_bytes + kSlack) {}

    bool take(wire::Record type, std::string_view payload)
    {
        const auto cost = payload.size() + (type == wire::Record::more ? 0 : kRecordCost);
        if (cost > budget_) {
            cut_ = true;
            return false;
        }
        budget_ -= cost;
        switch (type) {
        case wire::Record::format:
            take_format(payload);
            break;
        case wire::Record::image:
            found_.is_plain_image = true;
            break;
        case wire::Record::charset:
            found_.charset = words(payload, kMaxWord);
            break;
        case wire::Record::title:
            found_.title = words(payload, kMaxTitle);
            break;
        case wire::Record::page:
            take_page(payload);
            break;
        case wire::Record::more:
            if (!found_.pages.empty()) {
                found_.pages.back().text += words(payload);
            }
            break;
        case wire::Record::warning:
            if (found_.warnings.size() < kMaxWarnings) {
                found_.warnings.push_back(words(payload, kMaxWord));
            }
            break;
        case wire::Record::cause:
            if (const auto cause = cause_from_name(payload); cause && is_about_document(*cause)) {
                found_.cause = cause;
            }
            break;
        default:
            break; // records of the other task mean nothing here
        }
        return true;
    }

    Extraction finish(const Ending& ending, const TextLimits& limits)
    {
        const auto died_of = cause_of(ending, static_cast<std::uint64_t>(limits.cpu.count()));
        if (died_of) {
            found_.cause = died_of;
        }
        const bool words = has_words(found_.pages);
        if (cut_ || (found_.cause && words)) {
            found_.cause = Cause::text_truncated;
        } else if (!found_.cause && !words && !found_.is_plain_image) {
            found_.cause = Cause::no_text_layer;
        }
        if (!words) {
            found_.pages.clear();
        }
        if (found_.format.empty()) {
            found_.format = "unknown";
            found_.media_type = "application/octet-stream";
        }
        found_.max_rss_bytes = ending.status.max_rss_bytes;
        const auto cpu_limit = static_cast<std::uint64_t>(limits.cpu.count()) * 1000;
        found_.starved = died_of == Cause::time_limit && ending.status.cpu_milliseconds < cpu_limit / 2;
        if (died_of) {
            found_.warnings.push_back("child ended: " + std::string{cause_name(*died_of)} + ", wait status " +
                                      std::to_string(ending.status.wait_status));
        }
        return std::move(found_);
    }

private:
    void take_format(std::string_view payload)
    {
        const auto nul = payload.find('\0');
        found_.format = words(payload.substr(0, nul), kMaxWord);
        found_.media_type = nul == std::string_view::npos ? std::string{} : words(payload.substr(nul + 1), kMaxWord);
    }

    void take_page(std::string_view payload)
    {
        std::int32_t number = 0;
        if (wire::read_value(payload, number)) {
            found_.pages.push_back({.number = number > 0 ? std::optional<int>{number} : std::nullopt,
                                    .text = words(payload.substr(sizeof number))});
        }
    }

    Extraction found_;
    std::uint64_t budget_;
    bool cut_ = false;
};

Entry::Type entry_type(wire::EntryHead::Type type)
{
    return type == wire::EntryHead::Type::file     ? Entry::Type::file
           : type == wire::EntryHead::Type::folder ? Entry::Type::folder
                                                   : Entry::Type::special;
}

/// Passes the records of an unpacking child on and watches the limits.
class EntryCounter
{
public:
    EntryCounter(const ContainerLimits& limits, std::uint64_t container_bytes, EntrySink* sink)
        : limits_(limits), container_bytes_(container_bytes), sink_(sink)
    {}

    /// False when a limit is passed.
    bool take(wire::Record type, std::string_view payload)
    {
        switch (type) {
        case wire::Record::container:
            result_.is_container = true;
            result_.format = words(payload, kMaxWord);
            return true;
        case wire::Record::entry:
            return begin(payload);
        case wire::Record::data:
            return data(payload);
        case wire::Record::entry_end:
            end();
            return true;
        case wire::Record::cause:
            if (const auto cause = cause_from_name(payload); cause && is_about_document(*cause)) {
                result_.cause = cause;
            }
            return true;
        default:
            return true;
        }
    }

    UnpackResult finish(const Ending& ending)
    {
        const auto died_of = cause_of(ending, std::numeric_limits<std::uint64_t>::max() / 1000);
        if (died_of) {
            result_.cause = died_of;
        }
        return std::move(result_);
    }

private:
    bool refuse(Cause cause)
    {
        result_.cause = cause;
        return false;
    }

    bool begin(std::string_view payload)
    {
        wire::EntryHead head;
        if (!result_.is_container || open_ || !wire::read_value(payload, head)) {
            return refuse(Cause::extractor_crashed);
        }
        if (++result_.entries > limits_.entries) {
            return refuse(Cause::too_many_entries);
        }
        open_ = true;
        file_ = head.type == wire::EntryHead::Type::file;
        if (sink_ != nullptr) {
            sink_->begin({.name = words(payload.substr(sizeof head)),
                          .type = entry_type(head.type),
                          .size = head.has_size != 0 ? std::optional{head.size} : std::nullopt,
                          .modified_at = head.has_time != 0 ? std::optional{head.modified_at} : std::nullopt});
        }
        return true;
    }

    bool data(std::string_view payload)
    {
        if (!open_ || !file_) {
            return refuse(Cause::extractor_crashed);
        }
        result_.bytes += payload.size();
        if (result_.bytes > limits_.total_bytes) {
            return refuse(Cause::too_large);
        }
        if (result_.bytes > kRatioFrom && result_.bytes / limits_.ratio > container_bytes_) {
            return refuse(Cause::ratio);
        }
        if (sink_ != nullptr) {
            sink_->data(payload);
        }
        return true;
    }

    void end()
    {
        if (std::exchange(open_, false) && sink_ != nullptr) {
            sink_->end();
        }
    }

    ContainerLimits limits_;
    std::uint64_t container_bytes_;
    EntrySink* sink_;
    UnpackResult result_;
    bool open_ = false;
    bool file_ = false;
};

std::uint64_t count(std::chrono::seconds seconds)
{
    return static_cast<std::uint64_t>(std::max<std::chrono::seconds::rep>(1, seconds.count()));
}

} // namespace

struct Extractor::State
{
    ExtractorOptions options;
    fs::path program;
    std::optional<Connection> connection;

    Connection& connect()
    {
        if (!connection || !connection->is_alive()) {
            connection.reset();
            connection.emplace(program);
        }
        return *connection;
    }

    Ending work(const wire::Request& request, int document, const Connection::Patience& patience,
                const Connection::OnRecord& on_record)
    {
        // A server that died between two documents is no fault of either, and its death may be seen only when the next
        // one is under way.
        for (int attempt = 0; attempt < 3; ++attempt) {
            const auto ending = connect().work(request, document, patience, on_record);
            if (ending && (!ending->server_died || ending->heard || attempt > 0)) {
                return *ending;
            }
        }
        throw Error{Kind::internal, "extract.unavailable", {{"reason", "keeps dying"}, {"program", program.native()}}};
    }
};

Extractor::Extractor(ExtractorOptions options) : state_(std::make_unique<State>())
{
    state_->program = find_program(options.program);
    state_->options = std::move(options);
    state_->connect();
}

Extractor::~Extractor() = default;
Extractor::Extractor(Extractor&&) noexcept = default;
Extractor& Extractor::operator=(Extractor&&) noexcept = default;

Extraction Extractor::extract(int document)
{
    const auto& limits = state_->options.text;
    const wire::Request request{.version = wire::kVersion,
                                .task = wire::Task::text,
                                .cpu_seconds = count(limits.cpu),
                                .wall_seconds = count(limits.wall),
                                .memory_bytes = limits.memory_bytes,
                                .text_bytes = limits.text_bytes};
    const milliseconds most = limits.wall + kGrace;
    TextCollector collector{limits};
    const auto ending =
        state_->work(request, document, {.silence = most, .wall = most},
                     [&](wire::Record type, std::string_view payload) { return collector.take(type, payload); });
    return collector.finish(ending, limits);
}

UnpackResult Extractor::unpack(int container, EntrySink* sink)
{
    const auto& limits = state_->options.container;
    const wire::Request request{.version = wire::kVersion,
                                .task = wire::Task::unpack,
                                .cpu_seconds = count(limits.wall),
                                .wall_seconds = count(limits.wall),
                                .memory_bytes = state_->options.text.memory_bytes,
                                .text_bytes = 0};
    EntryCounter counter{limits, size_of(container), sink};
    const auto ending =
        state_->work(request, container, {.silence = limits.stall, .wall = limits.wall + kGrace},
                     [&](wire::Record type, std::string_view payload) { return counter.take(type, payload); });
    return counter.finish(ending);
}

bool Extractor::has_landlock() const
{
    return state_->connection && state_->connection->landlock_abi() > 0;
}

} // namespace vtlt::sandbox
