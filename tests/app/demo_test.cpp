// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/demo.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/base/text.h>

#include <archive.h>
#include <archive_entry.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace vtlt;
namespace fs = std::filesystem;

namespace {

struct Made
{
    explicit Made(std::size_t count, std::uint64_t seed = 7)
        : options{.seed = seed, .count = count, .directory = temp.path() / "archive"}
    {
        summary = demo::generate(options);
        const auto text = read_file(temp.path() / "documents.jsonl");
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at);
            documents.push_back(parse_json(std::string_view{text}.substr(at, end - at)));
            at = end + 1;
        }
    }

    fs::path file(const Json& document) const { return options.directory / document.at("path").get<std::string>(); }

    TempDir temp;
    demo::Options options;
    demo::Summary summary;
    std::vector<Json> documents;
};

std::map<std::string, std::string> digests(const fs::path& root)
{
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator{root}) {
        if (entry.is_regular_file()) {
            all[fs::relative(entry.path(), root).native()] = sha256_hex(read_file(entry.path()));
        }
    }
    return all;
}

std::string output_of(const std::string& command)
{
    struct Close
    {
        void operator()(std::FILE* pipe) const { pclose(pipe); }
    };
    const std::unique_ptr<std::FILE, Close> pipe{popen(command.c_str(), "r")};
    std::string out;
    std::array<char, 4096> buffer{};
    while (const auto size = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
        out.append(buffer.data(), size);
    }
    return out;
}

std::map<std::string, std::string> unzipped(const std::string& bytes)
{
    struct Close
    {
        void operator()(archive* handle) const { archive_read_free(handle); }
    };
    const std::unique_ptr<archive, Close> zip{archive_read_new()};
    archive_read_support_format_zip(zip.get());
    REQUIRE(archive_read_open_memory(zip.get(), bytes.data(), bytes.size()) == ARCHIVE_OK);
    std::map<std::string, std::string> parts;
    archive_entry* entry = nullptr;
    while (archive_read_next_header(zip.get(), &entry) == ARCHIVE_OK) {
        auto& part = parts[archive_entry_pathname(entry)];
        part.resize(static_cast<std::size_t>(archive_entry_size(entry)));
        REQUIRE(archive_read_data(zip.get(), part.data(), part.size()) == static_cast<la_ssize_t>(part.size()));
    }
    return parts;
}

/// Every tag closed in its order, no bare `&`; enough for XML that we wrote ourselves.
bool is_well_formed(std::string_view xml)
{
    std::vector<std::string_view> open;
    for (auto at = xml.find('<'); at != xml.npos; at = xml.find('<', at)) {
        const auto end = xml.find('>', at);
        if (end == xml.npos) {
            return false;
        }
        const auto tag = xml.substr(at + 1, end - at - 1);
        at = end;
        const auto name =
            tag.substr(tag.starts_with('/') ? 1 : 0, tag.find_first_of(" /", 1) - (tag.starts_with('/') ? 1 : 0));
        if (tag.starts_with('?') || tag.ends_with('/')) {
            continue;
        }
        if (!tag.starts_with('/')) {
            open.push_back(name);
        } else if (open.empty() || open.back() != name) {
            return false;
        } else {
            open.pop_back();
        }
    }
    for (auto at = xml.find('&'); at != xml.npos; at = xml.find('&', at + 1)) {
        const auto entity = xml.substr(at, xml.substr(at, 8).find(';') + 1);
        if (entity != "&amp;" && entity != "&lt;" && entity != "&gt;" && entity != "&quot;") {
            return false;
        }
    }
    return open.empty();
}

std::string without_tags(std::string_view xml)
{
    std::string out;
    bool inside = false;
    for (const char c : xml) {
        inside = c == '<' || (inside && c != '>');
        if (!inside && c != '>') {
            out += c;
        } else if (c == '<') {
            out += ' ';
        }
    }
    return out;
}

/// Words only, so that line breaks and capitals of the layout do not matter.
std::string words(std::string_view text)
{
    std::string out;
    text::for_each_token(text, [&](const text::Token& token) { out += token.exact + " "; });
    return out;
}

} // namespace

TEST_CASE("the same seed writes the same bytes, another seed others", "[demo]")
{
    const Made first{60};
    const Made again{60};
    const Made other{60, 8};
    CHECK(digests(first.options.directory) == digests(again.options.directory));
    CHECK(first.documents == again.documents);
    CHECK(digests(first.options.directory) != digests(other.options.directory));
}

TEST_CASE("formats come in their shares and every file is in the manifest", "[demo]")
{
    const Made made{400};
    CHECK(made.summary.documents == 400);
    CHECK(made.summary.by_format == std::array<std::size_t, 4>{180, 140, 40, 40});
    std::set<std::string> listed;
    std::uint64_t bytes = 0;
    for (const auto& document : made.documents) {
        listed.insert(document.at("path").get<std::string>());
        bytes += fs::file_size(made.file(document));
    }
    CHECK(listed.size() == 400);
    CHECK(bytes == made.summary.bytes);
    CHECK(digests(made.options.directory).size() == 400);
}

TEST_CASE("numbers run from 01 in the order of the dates, none twice", "[demo]")
{
    const Made made{1200};
    std::set<std::tuple<std::string, int, std::string, std::string>> codes;
    std::map<std::string, std::string> last_day;
    std::map<std::tuple<std::string, int, std::string>, int> last_number;
    for (const auto& document : made.documents) {
        const auto unit = document.at("unit").get<std::string>();
        const auto year = document.at("dossier_year").get<int>();
        const auto number = document.at("number").get<std::string>();
        const auto day = document.at("issued_on").get<std::string>();
        const auto kind = document.at("kind").get<std::string>();
        INFO(document.at("path"));
        CHECK(codes.insert({unit, year, document.at("symbol").get<std::string>(), number}).second);
        CHECK(day.substr(0, 4) == std::to_string(year));
        CHECK(number.size() >= 2);
        auto& day_before = last_day[unit];
        CHECK(day_before <= day);
        day_before = day;
        auto& number_before = last_number[{unit, year, kind}];
        CHECK(number_before < std::stoi(number));
        number_before = std::stoi(number);
    }
    std::set<int> firsts;
    for (const auto& document : made.documents) {
        if (document.at("unit") == "BVLK" && document.at("number") == "01") {
            firsts.insert(document.at("dossier_year").get<int>());
        }
    }
    CHECK(firsts.size() == 12);
}

TEST_CASE("the list of dossiers is the folders that are written", "[demo]")
{
    const Made made{500};
    std::set<std::string> listed;
    std::set<std::tuple<std::string_view, int, std::string>> codes;
    const auto dossiers = demo::dossiers(made.options);
    for (const auto& dossier : dossiers) {
        INFO(dossier.folder);
        listed.insert(dossier.folder);
        CHECK(codes.insert({dossier.unit, dossier.year, dossier.code}).second);
        CHECK(fs::is_directory(made.options.directory / dossier.folder));
        CHECK_FALSE(fs::is_empty(made.options.directory / dossier.folder));
        CHECK(std::ranges::any_of(demo::units(), [&](const auto& unit) { return unit.code == dossier.unit; }));
        CHECK(dossier.closed_on.has_value() == (dossier.year < 2026));
    }
    CHECK(listed.size() == dossiers.size());
    std::set<std::string> used;
    for (const auto& document : made.documents) {
        used.insert(fs::path{document.at("path").get<std::string>()}.parent_path().native());
    }
    CHECK(used == listed);
    CHECK(demo::units().size() == 3);
}

TEST_CASE("PDF text holds number, date and subject as a reader sees them", "[demo]")
{
    if (output_of("pdftotext -v 2>&1").find("pdftotext") == std::string::npos) {
        WARN("skipped: pdftotext is not installed");
        return;
    }
    const Made made{80};
    std::size_t seen = 0;
    for (const auto& document : made.documents) {
        const auto path = made.file(document);
        if (path.extension() != ".pdf") {
            continue;
        }
        ++seen;
        const auto text = output_of("pdftotext -layout '" + path.native() + "' - 2>&1");
        INFO(path);
        CHECK(text.find(document.at("number").get<std::string>() + "/" + document.at("symbol").get<std::string>()) !=
              std::string::npos);
        CHECK(text.find(document.at("issuer").get<std::string>().substr(0, 8)) != std::string::npos);
        // Line by line, since the layout puts other columns between the lines of a subject.
        const auto all = words(output_of("pdftotext '" + path.native() + "' - 2>&1"));
        const auto title = document.at("title").get<std::string>();
        const auto kind_and_start = words(title.substr(0, title.find(' ', title.size() / 3)));
        CHECK(all.find(kind_and_start) != std::string::npos);
        CHECK(all.find(words(document.at("signer").get<std::string>())) != std::string::npos);
    }
    CHECK(seen == 36);
}

TEST_CASE("Word files are zips of well-formed parts that hold the document", "[demo]")
{
    const Made made{60};
    for (const auto& document : made.documents) {
        if (made.file(document).extension() != ".docx") {
            continue;
        }
        const auto parts = unzipped(read_file(made.file(document)));
        INFO(document.at("path"));
        CHECK(parts.size() == 7);
        for (const auto& [name, content] : parts) {
            INFO(name);
            CHECK(is_well_formed(content));
        }
        const auto text = words(without_tags(parts.at("word/document.xml")));
        CHECK(text::is_utf8(parts.at("word/document.xml")));
        CHECK(parts.at("word/document.xml") == text::to_nfc(parts.at("word/document.xml")));
        CHECK(text.find(words(document.at("number").get<std::string>() + "/" +
                              document.at("symbol").get<std::string>())) != std::string::npos);
    }
}

TEST_CASE("plain text comes as offices save it", "[demo]")
{
    const Made made{600};
    std::map<std::string, int> encodings;
    for (const auto& document : made.documents) {
        if (made.file(document).extension() != ".txt") {
            continue;
        }
        const auto bytes = read_file(made.file(document));
        if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
            ++encodings["utf-16"];
        } else {
            REQUIRE(text::is_utf8(bytes));
            ++encodings[text::to_nfc(bytes) == bytes ? "nfc" : "decomposed"];
        }
    }
    CHECK(encodings["utf-16"] > 1);
    CHECK(encodings["decomposed"] > 1);
    CHECK(encodings["nfc"] > 30);
}

TEST_CASE("titles do not look alike", "[demo]")
{
    const Made made{600};
    std::set<std::string> titles;
    for (const auto& document : made.documents) {
        titles.insert(document.at("title").get<std::string>());
    }
    CHECK(titles.size() > 520);
}

TEST_CASE("a folder that holds something is left alone", "[demo]")
{
    const TempDir temp;
    write_file_atomically(temp.path() / "mine.txt", "mine");
    try {
        demo::generate({.count = 1, .directory = temp.path()});
        FAIL("must refuse");
    } catch (const Error& error) {
        CHECK(error.code() == "demo.not_empty");
    }
    CHECK(read_file(temp.path() / "mine.txt") == "mine");
}
