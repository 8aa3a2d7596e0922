// SPDX-License-Identifier: GPL-3.0-or-later
#include "handlers.h"

#include "office.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string_view>

namespace vtlt::extract {

namespace {

constexpr std::size_t kTitleBytes = 1000;
/// Headers, footers and notes are short; what is longer is cut.
constexpr std::size_t kSidePartBytes = std::size_t{4} << 20;
constexpr std::string_view kPageMark = "lastRenderedPageBreak";

/// What an element means to the text. Elements that are not listed are looked through.
enum class Meaning
{
    text,
    tab,
    line,
    hyphen,
    paragraph,
    cell,
    row,
    box,
    page,
    properties,
    alternatives,
    skipped
};

constexpr std::array kMeanings{
    std::pair{std::string_view{"t"}, Meaning::text},
    std::pair{std::string_view{"tab"}, Meaning::tab},
    std::pair{std::string_view{"ptab"}, Meaning::tab},
    std::pair{std::string_view{"br"}, Meaning::line},
    std::pair{std::string_view{"cr"}, Meaning::line},
    std::pair{std::string_view{"noBreakHyphen"}, Meaning::hyphen},
    std::pair{std::string_view{"p"}, Meaning::paragraph},
    std::pair{std::string_view{"tc"}, Meaning::cell},
    std::pair{std::string_view{"tr"}, Meaning::row},
    std::pair{std::string_view{"txbxContent"}, Meaning::box},
    std::pair{kPageMark, Meaning::page},
    std::pair{std::string_view{"pPr"}, Meaning::properties},
    std::pair{std::string_view{"AlternateContent"}, Meaning::alternatives},
    // Text that a reader of the finished document does not see.
    std::pair{std::string_view{"del"}, Meaning::skipped},
    std::pair{std::string_view{"moveFrom"}, Meaning::skipped},
    std::pair{std::string_view{"instrText"}, Meaning::skipped},
    std::pair{std::string_view{"sectPr"}, Meaning::skipped},
    std::pair{std::string_view{"tblPr"}, Meaning::skipped},
};

std::optional<Meaning> meaning_of(std::string_view name)
{
    for (const auto& [word, meaning] : kMeanings) {
        if (word == name) {
            return meaning;
        }
    }
    return std::nullopt;
}

/// Where the words of a part go.
struct Listener
{
    std::function<void(std::string_view)> text;
    std::function<void()> page_break = [] {};
    std::function<void(std::string_view)> heading = [](std::string_view) {};
};

/// Reads one WordprocessingML part as running text: a paragraph is a line, cells of one paragraph each stand on one
/// line behind tabs.
class PartReader
{
public:
    PartReader(XmlReader& xml, const std::set<std::string>& heading_styles, Listener listener)
        : xml_(xml), heading_styles_(heading_styles), listener_(std::move(listener))
    {}

    void read()
    {
        while (xml_.next()) {
            if (xml_.kind() == XmlReader::Kind::start) {
                start();
            } else if (xml_.kind() == XmlReader::Kind::end) {
                end();
            } else if (in_text_) {
                write(xml_.text());
            }
        }
        write_separator();
    }

private:
    struct Paragraph
    {
        bool is_heading = false;
        std::string words;
    };

    void start()
    {
        const auto name = xml_.name();
        if (!branches_.empty() && (name == "Choice" || name == "Fallback")) {
            // Both branches say the same in different dialects; the first one is read.
            if (branches_.back()) {
                xml_.skip();
            }
            branches_.back() = true;
            return;
        }
        const auto meaning = meaning_of(name);
        if (!meaning) {
            return;
        }
        switch (*meaning) {
        case Meaning::text:
            in_text_ = true;
            break;
        case Meaning::tab:
            write("\t");
            break;
        case Meaning::line:
            write("\n");
            break;
        case Meaning::hyphen:
            write("-");
            break;
        case Meaning::paragraph:
            paragraphs_.emplace_back();
            break;
        case Meaning::box:
            separate('\n');
            break;
        case Meaning::page:
            listener_.page_break();
            break;
        case Meaning::properties:
            read_properties();
            break;
        case Meaning::alternatives:
            branches_.push_back(false);
            break;
        case Meaning::skipped:
            xml_.skip();
            break;
        case Meaning::cell:
            cell_lines_ = 0;
            break;
        case Meaning::row:
            break;
        }
    }

    void end()
    {
        switch (meaning_of(xml_.name()).value_or(Meaning::skipped)) {
        case Meaning::text:
            in_text_ = false;
            break;
        case Meaning::paragraph:
            end_paragraph();
            break;
        case Meaning::cell:
            separate(cell_lines_ <= 1 ? '\t' : '\n');
            break;
        case Meaning::row:
        case Meaning::box:
            separate('\n');
            break;
        case Meaning::alternatives:
            if (!branches_.empty()) {
                branches_.pop_back();
            }
            break;
        default:
            break;
        }
    }

    void end_paragraph()
    {
        if (paragraphs_.empty()) {
            return;
        }
        if (paragraphs_.back().is_heading) {
            listener_.heading(paragraphs_.back().words);
        }
        paragraphs_.pop_back();
        ++cell_lines_;
        separate('\n');
    }

    /// Tab stops and the like look as text elements do, so the subtree is read here.
    void read_properties()
    {
        for (int depth = 1; depth > 0 && xml_.next();) {
            depth += xml_.kind() == XmlReader::Kind::start ? 1 : xml_.kind() == XmlReader::Kind::end ? -1 : 0;
            if (xml_.kind() == XmlReader::Kind::start && xml_.name() == "pStyle" && !paragraphs_.empty()) {
                paragraphs_.back().is_heading = heading_styles_.contains(xml_.attribute("val").value_or(""));
            }
        }
    }

    /// A separator waits for the next words, so that the end of the last cell does not leave a tab behind.
    void separate(char separator) { separator_ = separator; }

    void write_separator()
    {
        if (separator_ != '\0' && wrote_) {
            listener_.text(std::string_view{&separator_, 1});
        }
        separator_ = '\0';
    }

    void write(std::string_view words)
    {
        write_separator();
        wrote_ = true;
        listener_.text(words);
        if (!paragraphs_.empty() && paragraphs_.back().words.size() < kTitleBytes) {
            paragraphs_.back().words += words.substr(0, 4 * kTitleBytes);
        }
    }

    XmlReader& xml_;
    const std::set<std::string>& heading_styles_;
    Listener listener_;
    std::vector<Paragraph> paragraphs_; ///< a text box stands inside a paragraph
    std::vector<bool> branches_;        ///< per open AlternateContent: a branch was taken
    int cell_lines_ = 0;
    char separator_ = '\0';
    bool in_text_ = false;
    bool wrote_ = false;
};

/// Ids of the styles named Title and Heading N. The ids themselves are translated ("u1" in Vietnamese Word), the names
/// are not.
std::set<std::string> heading_styles(const OfficeFile& file, const std::string& folder)
{
    std::set<std::string> styles;
    const auto part = folder + "styles.xml";
    if (!file.has(part)) {
        return styles;
    }
    auto stream = file.open(part);
    auto xml = xml_of(stream);
    std::string id;
    while (xml.next()) {
        if (xml.kind() != XmlReader::Kind::start) {
            continue;
        }
        if (xml.name() == "style") {
            id = xml.attribute("styleId").value_or("");
        } else if (xml.name() == "name") {
            auto name = xml.attribute("val").value_or("");
            std::transform(name.begin(), name.end(), name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
            if (name == "title" || name.starts_with("heading ")) {
                styles.insert(id);
            }
        }
    }
    return styles;
}

/// Page numbers are known only where a word processor left the marks of its last layout.
bool has_page_marks(const OfficeFile& file, const std::string& part)
{
    auto stream = file.open(part);
    std::string window;
    std::array<char, 32768> piece{};
    for (std::size_t seen = 0; seen < (std::size_t{64} << 20);) {
        const auto got = stream.read(piece.data(), piece.size());
        if (got == 0) {
            return false;
        }
        seen += got;
        window.append(piece.data(), got);
        if (window.find(kPageMark) != std::string::npos) {
            return true;
        }
        window.erase(0, window.size() - std::min(window.size(), kPageMark.size()));
    }
    return false;
}

/// False when the part was not whole.
bool read_body(const Document& document, const OfficeFile& file, const std::string& part)
{
    const auto styles = heading_styles(file, folder_of(part));
    auto& output = document.output;
    std::optional<int> page;
    if (has_page_marks(file, part)) {
        page = 1;
    }
    output.begin_page(page);
    auto stream = file.open(part);
    auto xml = xml_of(stream);
    bool words_on_page = false;
    PartReader{xml,
               styles,
               {.text =
                    [&](std::string_view words) {
                        words_on_page = words_on_page || words.find_first_not_of(" \t\n") != std::string_view::npos;
                        output.text(words);
                    },
                .page_break =
                    [&] {
                        // The first mark may stand before the first word.
                        if (page && (words_on_page || *page > 1)) {
                            ++*page;
                            output.begin_page(page);
                        }
                        words_on_page = false;
                    },
                .heading = [&](std::string_view words) { output.title(words); }}}
        .read();
    return !xml.is_damaged();
}

/// Headers, footers, notes and the words in charts and diagrams behind the body; the same words once, though first, odd
/// and even pages each have a part.
bool read_side_parts(const Document& document, const OfficeFile& file, const std::string& folder)
{
    const std::set<std::string> no_headings;
    std::set<std::string> said;
    bool whole = true;
    for (const auto* kind : {"header", "footer", "footnotes", "endnotes", "charts/chart", "diagrams/data"}) {
        for (const auto& part : file.parts(folder + kind)) {
            std::string words;
            auto stream = file.open(part);
            auto xml = xml_of(stream);
            PartReader{xml,
                       no_headings,
                       {.text =
                            [&](std::string_view piece) {
                                words += piece.substr(0, kSidePartBytes - std::min(kSidePartBytes, words.size()));
                            }}}
                .read();
            whole = whole && !xml.is_damaged();
            if (words.find_first_not_of(" \t\n") == std::string::npos || !said.insert(words).second) {
                continue;
            }
            if (said.size() == 1) {
                document.output.begin_page(std::nullopt);
            }
            document.output.text(words);
            document.output.text("\n");
        }
    }
    return whole;
}

} // namespace

void read_docx(const Document& document)
{
    const OfficeFile file{document.source};
    const auto part = file.main_part("word", "word/document.xml");
    bool whole = read_body(document, file, part);
    whole = read_side_parts(document, file, folder_of(part)) && whole;
    document.output.finish_page();
    if (!whole) {
        throw Verdict{Cause::damaged};
    }
    if (!document.output.has_text()) {
        // A scan pasted into a letter is a page without text; a letter without anything is empty.
        throw Verdict{file.has_media(folder_of(part)) ? Cause::no_text_layer : Cause::empty};
    }
}

} // namespace vtlt::extract
