// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/clerk.h>
#include <app/demo/demo.h>
#include <app/demo/writers.h>
#include <app/demo/year_plan.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/base/json.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string>

namespace vtlt::demo {

namespace fs = std::filesystem;

namespace {

/// 45 % PDF, 35 % DOCX, 10 % HTML, 10 % TXT, mixed so that no kind of document keeps to one format.
constexpr auto kFormats = [] {
    using enum Format;
    return std::array{pdf, docx, pdf, docx, html, pdf,  docx, pdf, txt, docx,
                      pdf, docx, pdf, docx, pdf,  html, docx, pdf, txt, pdf};
}();

Json manifest_line(const Drafted& drafted, const Dossier& dossier, const std::string& path)
{
    const auto& paper = drafted.paper;
    std::string capacity;
    for (const auto& line : paper.capacity) {
        capacity += (capacity.empty() ? "" : " ") + line;
    }
    return {{"path", path},
            {"kind", paper.kind},
            {"number", paper.number},
            {"symbol", paper.symbol},
            {"issued_on", format_date(paper.date)},
            {"issuer", paper.issuer},
            {"signer", paper.signer},
            {"signer_capacity", capacity},
            {"title", drafted.title},
            {"unit", std::string{dossier.unit}},
            {"dossier_code", dossier.code},
            {"dossier_title", dossier.title},
            {"dossier_year", dossier.year}};
}

void make_folders(const fs::path& path)
{
    std::error_code error;
    fs::create_directories(path, error);
    if (error) {
        throw_errno("mkdir", path.native(), error.value());
    }
}

class Generator
{
public:
    explicit Generator(const Options& options)
        : options_(options),
          manifest_path_(options.manifest.empty()
                             ? fs::path{options.directory.lexically_normal() / "."}.parent_path().parent_path() /
                                   "documents.jsonl"
                             : options.manifest)
    {
        std::error_code error;
        if (fs::exists(options.directory, error) && !fs::is_empty(options.directory, error)) {
            throw Error{Kind::conflict, "demo.not_empty", {{"path", options.directory.native()}}};
        }
        make_folders(options.directory);
        manifest_ = open_file(manifest_path_, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    }

    Summary run()
    {
        for (std::size_t office = 0; office < offices().size(); ++office) {
            for (int year = kFirstYear; year <= kLastYear; ++year) {
                write_year(office, year);
            }
        }
        flush();
        return summary_;
    }

private:
    void write_year(std::size_t office, int year)
    {
        YearPlan plan{options_.seed, office, year, share_of(options_.count, office, year)};
        for (const auto& filed : plan.dossiers()) {
            make_folders(options_.directory / filed.dossier.folder);
        }
        while (!plan.done()) {
            auto random =
                Random::at(options_.seed, {office, static_cast<std::uint64_t>(year), 0xd0c, summary_.documents});
            const auto slot = plan.take(random);
            write_document(office, slot, plan.dossiers()[slot.dossier], random);
        }
    }

    void write_document(std::size_t office, const Slot& slot, const YearPlan::Filed& filed, Random& random)
    {
        const auto drafted = draft(options_.seed, office, slot, filed.topic, random);
        // 7 and 20 have no common divisor: each stretch of twenty documents holds the formats in their shares.
        const auto format = kFormats.at(summary_.documents * 7 % kFormats.size());
        const auto bytes = content_of(drafted, format, random);
        const auto path = filed.dossier.folder + "/" + drafted.file_name + "." +
                          std::string{kExtensions.at(static_cast<std::size_t>(format))};
        const auto full = options_.directory / path;
        write_all(open_file(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644).get(), bytes, full.native());
        lines_ += to_line(manifest_line(drafted, filed.dossier, path)) + "\n";
        if (lines_.size() > kLinesKept) {
            flush();
        }
        ++summary_.documents;
        summary_.bytes += bytes.size();
        ++summary_.by_format.at(static_cast<std::size_t>(format));
    }

    std::string content_of(const Drafted& drafted, Format format, Random& random)
    {
        switch (format) {
        case Format::pdf:
            return pdf_.write(drafted.paper, drafted.title);
        case Format::docx:
            return write_docx(drafted.paper, drafted.title);
        case Format::html:
            return write_html(drafted.paper, drafted.title);
        case Format::txt:
            break;
        }
        return write_txt(drafted.paper, random);
    }

    void flush()
    {
        write_all(manifest_.get(), lines_, manifest_path_.native());
        lines_.clear();
    }

    static constexpr std::size_t kLinesKept = std::size_t{1} << 16;
    const Options& options_;
    fs::path manifest_path_;
    UniqueFd manifest_;
    std::string lines_;
    PdfWriter pdf_;
    Summary summary_;
};

} // namespace

Summary generate(const Options& options)
{
    return Generator{options}.run();
}

} // namespace vtlt::demo
