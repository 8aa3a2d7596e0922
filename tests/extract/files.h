// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/file.h>
#include <vtlt/core/sandbox/extractor.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Documents made by the tests themselves, and the programs and material they are read with.
namespace vtlt::tests {

using Parts = std::vector<std::pair<std::string, std::string>>;

/// A zip with deflated members.
std::string zip(const Parts& members);
/// A ustar archive of plain files.
std::string tar(const Parts& members);
std::string gzip(std::string_view bytes);

/// A DOCX whose body is `body` (WordprocessingML inside w:body); `more` are further parts.
std::string docx(std::string_view body, const Parts& more = {});
/// An XLSX with those sheets (name, rows inside sheetData).
std::string xlsx(const Parts& sheets, std::string_view shared_strings = "", std::string_view styles = "");
/// A PDF of one line a page; a page of empty text has no text at all.
std::string pdf(const std::vector<std::string>& pages);

/// A file with that content, open for reading.
class Document
{
public:
    explicit Document(std::string_view bytes);
    int fd() const { return fd_.get(); }
    const std::filesystem::path& path() const { return path_; }

private:
    TempDir folder_;
    std::filesystem::path path_;
    UniqueFd fd_;
};

/// All text of an extraction, pages parted by a form feed.
std::string text_of(const sandbox::Extraction& found);
/// White space folded to single spaces.
std::string folded(std::string_view text);

/// The program under test and its planted sister beside it.
std::filesystem::path extract_program();
std::filesystem::path planted_program();
/// A folder of the real material; nullopt with a warning when it is not there.
std::optional<std::filesystem::path> shared_data(std::string_view below);

/// Entries collected in memory.
struct CollectingSink : sandbox::EntrySink
{
    struct Item
    {
        sandbox::Entry entry;
        std::string bytes;
        bool ended = false;
    };
    std::vector<Item> items;

    void begin(const sandbox::Entry& entry) override { items.push_back({entry, {}, false}); }
    void data(std::string_view bytes) override { items.back().bytes += bytes; }
    void end() override { items.back().ended = true; }
};

} // namespace vtlt::tests
