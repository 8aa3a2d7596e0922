// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/history_extract.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/audit/leaf_hashes.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/export/out_file.h>
#include <vtlt/core/forms/render.h>

#include "export/archive_stream.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

namespace vtlt::services {

namespace {

constexpr std::size_t kPortion = 1000;
constexpr std::size_t kPiece = std::size_t{1} << 20;

struct FormatRow
{
    ExtractFormat format;
    std::string_view name;
    std::string_view extension;
    std::string_view media_type;
    std::uint64_t most;
};
constexpr std::array kFormats{
    FormatRow{ExtractFormat::csv, "csv", ".csv", "text/csv; charset=utf-8", kMostExtracted},
    FormatRow{ExtractFormat::pdf, "pdf", ".pdf", "application/pdf", kMostPrinted},
};

const FormatRow& row_of(ExtractFormat format)
{
    return *std::ranges::find(kFormats, format, &FormatRow::format);
}

/// RFC 3339 with Vietnam's own hours, which people read.
std::string in_vietnam(Instant at)
{
    auto text = format_instant(at + std::chrono::hours{7});
    text.replace(text.size() - 1, 1, "+07:00");
    return text;
}

/// As people write it: 10:04:05 20/09/2026.
std::string on_paper(Instant at)
{
    const auto text = in_vietnam(at);
    return text.substr(11, 8) + " " + text.substr(8, 2) + "/" + text.substr(5, 2) + "/" + text.substr(0, 4);
}

/// What is written is counted and hashed on its way.
class ScratchFile
{
public:
    explicit ScratchFile(const std::filesystem::path& folder)
        : folder_(folder.native()), file_(export_::open_scratch_file(folder))
    {}

    void append(std::string_view bytes)
    {
        hasher_.update(bytes);
        size_ += bytes.size();
        buffer_ += bytes;
        if (buffer_.size() >= kPiece) {
            flush();
        }
    }
    std::uint64_t size() const { return size_; }
    std::string finish_hash() { return hasher_.finish_hex(); }
    UniqueFd take()
    {
        flush();
        return std::move(file_);
    }

private:
    void flush()
    {
        write_all(file_.get(), buffer_, folder_);
        buffer_.clear();
    }

    std::string folder_;
    UniqueFd file_;
    std::string buffer_;
    std::uint64_t size_ = 0;
    Hasher hasher_;
};

/// The events of one extract, as often as they are asked for: those under its checkpoint and no later ones.
class Events
{
public:
    Events(Archive& archive, const auth::Actor& actor, const ExtractRequest& request,
           const audit::SignedCheckpoint& checkpoint)
        : archive_(archive), actor_(actor), filter_(request.filter), format_(row_of(request.format))
    {
        const auto end = static_cast<std::int64_t>(checkpoint.head.size) + 1;
        filter_.below = filter_.below > 0 ? std::min(filter_.below, end) : end;
    }

    template <class Take>
    std::uint64_t for_each(Take&& take) const
    {
        auto filter = filter_;
        std::uint64_t count = 0;
        for (;;) {
            const auto events = list_history(archive_, actor_, filter, kPortion);
            count += events.size();
            if (count > format_.most) {
                throw Error{Kind::invalid, "audit.extract_too_long", {{"limit", std::to_string(format_.most)}}};
            }
            const auto hashes = leaf_hashes(events);
            for (std::size_t i = 0; i < events.size(); ++i) {
                take(events[i], hashes[i]);
            }
            if (events.size() < kPortion) {
                return count;
            }
            filter.below = events.back().event.seq;
        }
    }

private:
    std::vector<std::string> leaf_hashes(const std::vector<HistoryEvent>& events) const
    {
        std::vector<std::int64_t> seqs;
        seqs.reserve(events.size());
        for (const auto& one : events) {
            seqs.push_back(one.event.seq);
        }
        auto tx = archive_.database().read();
        auto hashes = audit::list_leaf_hashes(tx, seqs);
        ensure(hashes.size() == events.size(), "a listed event has its leaf");
        return hashes;
    }

    Archive& archive_;
    const auth::Actor& actor_;
    HistoryFilter filter_;
    const FormatRow& format_;
};

/// RFC 4180, with the mark by which spreadsheets know UTF-8. What a spreadsheet would take for a formula gets an
/// apostrophe before it.
class CsvText
{
public:
    explicit CsvText(ScratchFile& out) : out_(out) { out_.append("\xEF\xBB\xBF"); }

    CsvText& cell(std::string_view value)
    {
        if (!is_first_) {
            line_ += ',';
        }
        is_first_ = false;
        const bool would_compute =
            !value.empty() && std::string_view{"=+-@\t\r"}.find(value.front()) != std::string_view::npos;
        if (!would_compute && value.find_first_of("\",\r\n") == std::string_view::npos) {
            line_ += value;
            return *this;
        }
        line_ += would_compute ? "\"'" : "\"";
        for (const char c : value) {
            line_ += c == '"' ? "\"\"" : std::string(1, c);
        }
        line_ += '"';
        return *this;
    }
    void end()
    {
        out_.append(line_ + "\r\n");
        line_.clear();
        is_first_ = true;
    }

private:
    ScratchFile& out_;
    std::string line_;
    bool is_first_ = true;
};

constexpr std::array<std::string_view, 11> kCsvColumns{
    "event", "at", "who", "actor", "action", "action_text", "object", "object_name", "hidden", "detail", "leaf_hash"};

std::uint64_t write_csv(ScratchFile& out, const Events& events, const ExtractRequest& request)
{
    CsvText csv{out};
    for (const auto column : kCsvColumns) {
        csv.cell(column);
    }
    csv.end();
    return events.for_each([&](const HistoryEvent& one, const std::string& leaf_hash) {
        csv.cell(std::to_string(one.event.seq)).cell(in_vietnam(one.event.at)).cell(request.who(one));
        csv.cell(one.event.actor).cell(one.event.action).cell(request.what(one.event.action));
        csv.cell(one.event.object).cell(one.object_name).cell(one.is_hidden ? "true" : "false");
        csv.cell(one.event.detail ? to_line(*one.event.detail) : std::string{}).cell(leaf_hash);
        csv.end();
    });
}

/// What was asked for, in a line: "person: lan.nguyen; from: 2022".
std::string filter_line(const SortedJson& asked)
{
    std::string line;
    for (const auto& [name, value] : asked.items()) {
        line += (line.empty() ? "" : "; ") + name + ": " + value.get<std::string>();
    }
    return line;
}

std::uint64_t write_pdf(ScratchFile& out, const Events& events, const ExtractRequest& request,
                        const HistoryExtract& extract, const std::filesystem::path& scratch, Instant made_at)
{
    const auto& form = forms::get_form("history_extract");
    const auto& head = extract.checkpoint.head;
    forms::FormData data{.values = {{"asked_by", request.asked_by},
                                    {"extract", extract.uid},
                                    {"size", std::to_string(head.size)},
                                    {"root", head.root},
                                    {"signed_at", on_paper(extract.checkpoint.at)}},
                         .rows = {},
                         .made_at = made_at};
    if (const auto filter = filter_line(request.asked); !filter.empty()) {
        data.values["filter"] = filter;
    }
    data.rows = [&](const forms::OnRow& on_row) {
        events.for_each([&](const HistoryEvent& one, const std::string& leaf_hash) {
            on_row({.cells = {one.event.seq, on_paper(one.event.at), request.who(one), request.what(one.event.action),
                              one.object_name.empty() ? one.event.object : one.object_name, leaf_hash}});
        });
    };
    return forms::render(forms::Output::pdf, form, data, [&](std::string_view bytes) { out.append(bytes); },
                         {.preview_rows = 0, .scratch = scratch})
        .rows;
}

/// What is signed. Its second line is no number, so that it can never be taken for a checkpoint.
std::string signed_text(const std::string& name, const HistoryExtract& extract, const ExtractRequest& request,
                        Instant made_at)
{
    const auto root = digest_from_hex(extract.checkpoint.head.root);
    return name + "\nextract " + extract.uid + "\nsha256 " + extract.sha256 + "\nsize " + std::to_string(extract.size) +
           "\nevents " + std::to_string(extract.events) + "\nfilter " + canonical_json(request.asked) +
           "\ncheckpoint " + std::to_string(extract.checkpoint.head.size) + " " +
           base64_encode({reinterpret_cast<const char*>(root.data()), root.size()}) + "\ntime " +
           format_instant(made_at) + "\n";
}

} // namespace

std::optional<ExtractFormat> extract_format_from_name(std::string_view name)
{
    const auto row = std::ranges::find(kFormats, name, &FormatRow::name);
    return row != kFormats.end() ? std::optional{row->format} : std::nullopt;
}

std::string_view extract_extension(ExtractFormat format)
{
    return row_of(format).extension;
}

std::string_view extract_media_type(ExtractFormat format)
{
    return row_of(format).media_type;
}

HistoryExtract extract_history(Archive& archive, const Clock& clock, const auth::Actor& actor,
                               const ExtractRequest& request)
{
    auth::authorize(actor, auth::Action::audit_read, {});
    const auto& home = archive.home();
    audit::write_checkpoint(home, archive.database(), clock);
    const auto checkpoint = audit::read_checkpoint(home);
    if (!checkpoint) {
        throw Error{Kind::not_found, "audit.no_checkpoint"};
    }
    const auto signer = audit::read_audit_signer(home);
    const auto made_at = clock.now();
    HistoryExtract extract{.uid = make_uid(), .checkpoint = *checkpoint, .key = signer.verifier().text()};
    const Events events{archive, actor, request, *checkpoint};
    ScratchFile out{home.staging()};
    extract.events = request.format == ExtractFormat::csv
                         ? write_csv(out, events, request)
                         : write_pdf(out, events, request, extract, home.staging(), made_at);
    extract.size = out.size();
    extract.sha256 = out.finish_hash();
    extract.file = out.take();
    extract.signature = signer.sign(signed_text(signer.verifier().name(), extract, request, made_at));
    auto tx = archive.database().write();
    audit::record_event(tx, clock, actor,
                        {"audit.extracted",
                         extract.uid,
                         {{"format", row_of(request.format).name},
                          {"events", extract.events},
                          {"sha256", extract.sha256},
                          {"filter", request.asked}}});
    tx.commit();
    return extract;
}

ExtractBundle bundle_extract(const Archive& archive, const HistoryExtract& extract, const std::string& name)
{
    ScratchFile out{archive.home().staging()};
    const auto at = extract.checkpoint.at;
    export_::ArchiveStream zip{export_::ArchiveStream::Format::zip, [&](std::string_view bytes) { out.append(bytes); }};
    const auto add = [&](const std::string& path, std::string_view bytes) {
        zip.begin(path, bytes.size(), at);
        zip.data(bytes);
    };
    zip.begin(name, extract.size, at);
    std::string buffer(kPiece, '\0');
    for (std::uint64_t done = 0; done < extract.size;) {
        const auto got = read_at(extract.file.get(), buffer.data(), buffer.size(), done, name);
        ensure(got > 0, "the extract is as long as it was written");
        zip.data(std::string_view{buffer}.substr(0, got));
        done += got;
    }
    add(name + ".sig", extract.signature);
    add("checkpoint", extract.checkpoint.note);
    add("key", extract.key + "\n");
    zip.close();
    return {.file = out.take(), .size = out.size()};
}

} // namespace vtlt::services
