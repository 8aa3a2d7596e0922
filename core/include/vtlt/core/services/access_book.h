// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/services/archive.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// lịch sử truy cập và sử dụng, số lượt truy cập (NĐ 30/2020, Phụ lục VI: F6a, F6b, F6l; safety.md §4.9).
namespace vtlt::services {

/// How somebody met a document.
enum class Access
{
    viewed,
    downloaded
};

/// How often a document was met; 0 of none.
struct AccessCount
{
    std::int64_t accesses = 0;
    Instant last_at{};
};

/// Who reads, takes and prints what. One per process that serves, any thread.
///
/// Events: `access.viewed` of a document above open, `access.downloaded` of any, both of any where he reads it by a
/// written order alone, which the detail names; each is durable before `note` returns,
/// so nobody opens what the history does not know of. `access.printed` of a list, `access.package_downloaded` likewise.
/// `access.refused` some moments later, of one person a few dozen at the most. The same person with the same thing in
/// the same way is one event a minute. Every access is counted; a kill loses counts and refusals of the last moments.
class AccessBook
{
public:
    AccessBook(Archive& archive, const Clock& clock) : archive_(archive), clock_(clock) {}

    /// Before the content is given.
    void note(const auth::Actor& actor, const catalog::Document& document, Access access);
    /// A list of a search, as a file to print.
    /// Its words are as secret as what he may read.
    void note_print(const auth::Actor& actor, std::string_view query, std::string_view format);
    void note_package(const auth::Actor& actor, const Uid& job);
    /// `object`: of what it was asked; empty where none was named. Takes no time that would tell a refusal by its
    /// length.
    void note_refusal(const auth::Actor& actor, std::string_view action, const Uid& object);
    /// Those of before this process and those that wait, while its grade was `clearance` or lower.
    AccessCount count(const catalog::Document& document, Secrecy clearance);
    /// Writes what waits; how many rows. For a background thread, every some seconds, and at the end.
    std::int64_t flush();

private:
    using Place = std::tuple<std::string, std::string, Uid>; ///< who, action, object
    using Graded = std::pair<DocumentId, Secrecy>;
    using Day = std::pair<Date, Secrecy>;
    struct DayCount
    {
        std::int64_t viewed = 0;
        std::int64_t downloaded = 0;
    };

    bool is_recent(const Place& place);
    void remember(const Place& place);
    void count_one(const catalog::Document& document, Access access);

    Archive& archive_;
    const Clock& clock_;
    std::mutex mutex_;
    struct Waiting
    {
        std::map<Place, Instant> refusals;
        std::map<Graded, AccessCount> documents;
        std::map<Day, DayCount> days;
    };
    void write(const Waiting& waiting);
    void take_back(Waiting waiting);

    std::map<Place, Instant> recent_; // this and below: guarded by mutex_
    Waiting waiting_;                 // for the next flush
};

struct AccessDay
{
    Date day;
    std::int64_t sign_ins = 0;
    std::int64_t viewed = 0;
    std::int64_t downloaded = 0;
};

struct MostRead
{
    catalog::DocumentView view;
    AccessCount count;
};

struct AccessReport
{
    std::vector<AccessDay> days; ///< those with anything, oldest first
    std::vector<MostRead> most_read;
};

/// thống kê lượt truy cập: of the days `first` to `last`, of what the asker may know. By audit.read. Throws invalid
/// `report.period` when the last day is before the first, or more than `kLongestReport` days.
inline constexpr int kLongestReport = 3660;
AccessReport access_report(Archive& archive, const auth::Actor& actor, Date first, Date last,
                           std::size_t most_read = 20);

} // namespace vtlt::services
