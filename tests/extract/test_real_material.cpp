// SPDX-License-Identifier: GPL-3.0-or-later
#include "files.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>
#include <map>
#include <sstream>

using namespace vtlt;
using namespace vtlt::tests;
namespace fs = std::filesystem;

namespace {

sandbox::Extractor& extractor()
{
    static sandbox::Extractor one{{.program = extract_program(), .text = {}, .container = {}}};
    return one;
}

std::u32string code_points(std::string_view utf8)
{
    std::u32string points;
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0) == 0x80) {
            points.back() = points.back() << 6 | (byte & 0x3F);
        } else {
            points += byte < 0x80 ? byte : byte < 0xE0 ? byte & 0x1F : byte < 0xF0 ? byte & 0x0F : byte & 0x07;
        }
    }
    return points;
}

/// Edit distance, or `most` when it is larger: only a band of the table is filled.
std::size_t distance(const std::u32string& a, const std::u32string& b, std::size_t most)
{
    if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) >= most) {
        return most;
    }
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j <= most ? j : most;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        const auto first = i > most ? i - most : 1;
        const auto last = std::min(b.size(), i + most);
        auto diagonal = row[first - 1];
        row[first - 1] = first == 1 ? std::min(i, most) : most;
        for (std::size_t j = first; j <= last; ++j) {
            const auto above = j == i + most ? most : row[j];
            const auto here = std::min({diagonal + (a[i - 1] == b[j - 1] ? 0 : 1), above + 1, row[j - 1] + 1, most});
            diagonal = row[j];
            row[j] = here;
        }
    }
    return row[b.size()];
}

/// Writes the members of a container under harmless names and remembers what they were called.
class WritingSink : public sandbox::EntrySink
{
public:
    explicit WritingSink(fs::path folder) : folder_(std::move(folder)) {}

    void begin(const sandbox::Entry& entry) override
    {
        if (entry.type == sandbox::Entry::Type::file) {
            const auto path = folder_ / std::to_string(names.size());
            file_ = open_file(path, O_WRONLY | O_CREAT);
            names.emplace_back(path, entry.name);
        }
    }
    void data(std::string_view bytes) override { write_all(file_.get(), bytes, "member"); }
    void end() override { file_.reset(); }

    std::vector<std::pair<fs::path, std::string>> names;

private:
    fs::path folder_;
    UniqueFd file_;
};

} // namespace

TEST_CASE("real documents in four formats give the text that was written", "[material]")
{
    const auto folder = shared_data("office_docs/same_text_4_formats");
    if (!folder) {
        return;
    }
    int compared = 0;
    for (const auto& entry : fs::directory_iterator{*folder}) {
        const auto kind = entry.path().extension();
        if (kind != ".docx" && kind != ".pdf") {
            continue;
        }
        const auto expected = code_points(folded(read_file(fs::path{entry.path()}.replace_extension(".expected.txt"))));
        const auto document = open_file(entry.path(), O_RDONLY);
        const auto found = extractor().extract(document.get());
        const auto most = expected.size() / 100 + 1;
        CAPTURE(entry.path().filename(), expected.size());
        CHECK_FALSE(found.cause);
        CHECK(distance(code_points(folded(text_of(found))), expected, most + 1) <= most);
        ++compared;
    }
    CHECK(compared == 16);
}

TEST_CASE("every damaged or hostile file of the collections has a verdict", "[material]")
{
    const auto archive = GENERATE(
        values<std::string>({"malformed_files/opf_format_corpus.tar.zst", "malformed_files/verapdf.tar.zst",
                             "malformed_files/tika_documents.tar.zst", "attack_inputs/libarchive_tests.tar.zst",
                             "attack_inputs/payloadsallthethings_upload_images.tar.zst", "attack_inputs/zip-slip.tar",
                             "attack_inputs/zip-slip.zip"}));
    const auto path = shared_data(archive);
    if (!path) {
        return;
    }
    CAPTURE(archive);
    const TempDir folder;
    WritingSink sink{folder.path()};
    const auto container = open_file(*path, O_RDONLY);
    const auto unpacked = extractor().unpack(container.get(), &sink);
    CHECK(unpacked.is_container);
    CHECK_FALSE(unpacked.cause);
    CHECK_FALSE(sink.names.empty());

    std::map<std::string, int> verdicts;
    for (const auto& [file, name] : sink.names) {
        CAPTURE(name);
        const auto document = open_file(file, O_RDONLY);
        const auto found = extractor().extract(document.get());
        CHECK_FALSE(found.format.empty());
        // Text, an image, or a reason: never nothing.
        CHECK((found.cause || found.is_plain_image || !found.pages.empty()));
        CHECK(found.cause != Cause::extractor_crashed);
        const auto inside = extractor().unpack(document.get(), nullptr);
        CHECK(inside.cause != Cause::extractor_crashed);
        CHECK(inside.cause != Cause::time_limit);
        verdicts[found.cause ? std::string{cause_name(*found.cause)} : "text"]++;
    }
    std::ostringstream line;
    for (const auto& [verdict, count] : verdicts) {
        line << ' ' << verdict << '=' << count;
    }
    WARN(archive << ": " << sink.names.size() << " files," << line.str());
}
