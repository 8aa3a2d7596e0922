// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/package_writer.h>

#include "document_views.h"
#include "package_layout.h"
#include "package_proofs.h"
#include "package_stream.h"
#include "register_list.h"
#include "register_page.h"

#include <vtlt/core/audit/history_export.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/export/bag_text.h>
#include <vtlt/core/export/out_file.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace vtlt::export_ {

namespace {

/// Of one entry beside its content, for any name we give: a tar header with its pax record and padding; a zip entry
/// with its place in the central directory is smaller.
constexpr std::uint64_t kEntryOverhead = 2560;
/// muc-luc.pdf and muc-luc.xlsx without their rows: most of it two subsets of a font.
constexpr std::uint64_t kPrintedFixed = std::uint64_t{128} << 10;
/// README, bagit.txt, bag-info.txt, the head of the register, the verifiers, the archive's end.
constexpr std::uint64_t kFixedBytes = (std::uint64_t{96} << 10) + kPrintedFixed;
constexpr std::uint64_t kProgressStep = std::uint64_t{16} << 20;
constexpr std::uint64_t kProgressRows = 500;
/// Of a row in both, compressed, at the most: lines and cells, and what a byte of text costs there.
constexpr std::uint64_t kPrintedRow = 700;
constexpr std::uint64_t kPrintedByte = 7;
/// The rows are set twice for the PDF, the second time knowing how many pages there are, and once for the XLSX.
constexpr std::uint64_t kTimesSet = 3;
/// Source-Organization is repeated for so many units at most.
constexpr std::size_t kMaxUnits = 20;

struct Measure
{
    std::uint64_t documents = 0;
    std::uint64_t files = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t text_bytes = 0; ///< metadata, register rows, manifest lines, printed register, proofs
    std::uint64_t entries = 0;
    Secrecy highest = Secrecy::open;
    std::vector<std::string> units;

    std::uint64_t package_bytes() const { return file_bytes + text_bytes + entries * kEntryOverhead + kFixedBytes; }
};

enum class Precision
{
    bound,
    exact
};

/// More than a document's metadata, its rows and its manifest lines can be: six bytes for each byte of each value in
/// each text, and the printed register.
std::uint64_t text_bound(const catalog::DocumentView& view)
{
    const auto& values = view.document;
    std::uint64_t bytes =
        view.unit_code.size() + view.unit_title.size() + view.dossier_code.size() + view.dossier_title.size();
    for (const auto* value : {&values.kind, &values.number, &values.symbol, &values.issuer, &values.signer,
                              &values.title, &values.source_path}) {
        bytes += value->size();
    }
    for (const auto& file : view.files) {
        bytes += file.name.size() + file.media_type.size() + file.format.size() + 400;
    }
    return 4096 + kPrintedRow + bytes * (18 + kPrintedByte);
}

std::uint64_t text_size(const PlacedDocument& placed)
{
    const auto line_size = [](std::string_view path) { return bag::manifest_line({}, path).size() + 64 + 5; };
    std::uint64_t bytes = metadata_text(placed).size() + register_row(placed).size() + line_size(placed.metadata_path) +
                          kPrintedRow + kPrintedByte * register_list_text(*placed.view);
    for (const auto& file : placed.files) {
        bytes += line_size(file.path);
    }
    return bytes;
}

/// The package without its files' bytes. Exact: what the writer would write, counted; a bound costs a fraction of that.
Measure measure(db::ReadTx& tx, std::span<const DocumentId> documents, Precision precision)
{
    Measure total;
    PackageLayout layout;
    for_each_view(tx, documents, [&](const catalog::DocumentView& view, std::uint64_t ordinal) {
        total.text_bytes += precision == Precision::exact ? text_size(layout.place(view, ordinal)) : text_bound(view);
        total.text_bytes += proof_bound(view);
        for (const auto& file : view.files) {
            total.file_bytes += file.size;
        }
        ++total.documents;
        total.files += view.files.size();
        total.entries += view.files.size() + 1;
        total.highest = std::max(total.highest, view.document.secrecy);
        if (total.units.size() < kMaxUnits && std::ranges::find(total.units, view.unit_title) == total.units.end()) {
            total.units.push_back(view.unit_title);
        }
    });
    return total;
}

struct FormatRow
{
    std::string_view extension;
    ArchiveStream::Format format;
};
constexpr std::array kFormats{
    FormatRow{".zip", ArchiveStream::Format::zip},
    FormatRow{".tar", ArchiveStream::Format::tar},
};

ArchiveStream::Format format_of(const std::filesystem::path& out)
{
    const auto* row = std::ranges::find(kFormats, bag::case_key(out.extension().native()), &FormatRow::extension);
    if (row == kFormats.end() || out.stem().empty()) {
        throw Error{Kind::invalid, "export.format", {{"path", out.native()}}};
    }
    return row->format;
}

void check_documents(std::span<const DocumentId> documents)
{
    if (documents.empty()) {
        throw Error{Kind::not_found, "export.no_documents"};
    }
    std::vector<DocumentId> sorted{documents.begin(), documents.end()};
    std::ranges::sort(sorted);
    ensure(std::ranges::adjacent_find(sorted) == sorted.end(), "a package holds each document once");
}

/// Throws unless there is room. The bound says yes at once on all but the fullest disks.
void check_space(db::ReadTx& tx, std::span<const DocumentId> documents, const OutFile& out, const Measure& bound,
                 const PackageRequest& request)
{
    const auto available = free_bytes(out.folder());
    // Registers and manifest lie beside the package as nameless files until they are copied into it, the sheets of the
    // XLSX uncompressed and twice.
    const auto needed = [&](const Measure& total) {
        return total.package_bytes() + 3 * total.text_bytes + request.query_json.size() + request.title.size() * 8;
    };
    if (available >= needed(bound)) {
        return;
    }
    if (const auto exact = needed(measure(tx, documents, Precision::exact)); available < exact) {
        throw Error{
            Kind::internal,
            "internal.disk_full",
            {{"path", out.folder().native()}, {"needed", std::to_string(exact)}, {"free", std::to_string(available)}}};
    }
}

/// The words of the query for the heading; the caller's JSON goes into the package as it is.
std::string query_words(const std::string& query_json)
{
    if (query_json.empty()) {
        return {};
    }
    const auto json = parse_json(query_json);
    const auto words = json.is_object() ? json.find("query") : json.end();
    return words != json.end() && words->is_string() ? words->get<std::string>() : std::string{};
}

std::string bag_info(const PackageStream& stream, const Measure& total, const PackageRequest& request, Instant made_at)
{
    std::string info;
    const auto add = [&](std::string_view label, std::string_view value) {
        const auto line = text::one_line(text::repair_utf8(value));
        if (!line.empty()) {
            info.append(label).append(": ").append(line).append("\n");
        }
    };
    for (const auto& unit : total.units) {
        add("Source-Organization", unit);
    }
    add("Contact-Name", request.asked_by);
    add("External-Description", request.title);
    add("Bagging-Date", format_date(day_in_vietnam(made_at)));
    add("Payload-Oxum", std::to_string(stream.payload_bytes()) + "." + std::to_string(stream.payload_files()));
    add("Bag-Software-Agent", "VTLT");
    add("Document-Count", std::to_string(total.documents));
    add("Highest-Secrecy", secrecy_name(total.highest));
    return info;
}

/// Tells the caller after each file and within large ones.
class Teller
{
public:
    Teller(const OnPackageProgress& progress, std::uint64_t files_total, std::uint64_t rows_total) : progress_(progress)
    {
        now_.files_total = files_total;
        now_.rows_total = rows_total;
    }

    void bytes(std::uint64_t more)
    {
        now_.bytes += more;
        if (now_.bytes - told_ >= kProgressStep) {
            tell();
        }
    }
    void file()
    {
        ++now_.files;
        tell();
    }
    void row()
    {
        if (++now_.rows % kProgressRows == 0 || now_.rows == now_.rows_total) {
            tell();
        }
    }

private:
    void tell()
    {
        told_ = now_.bytes;
        if (progress_) {
            progress_(now_);
        }
    }

    const OnPackageProgress& progress_;
    PackageProgress now_;
    std::uint64_t told_ = 0;
};

/// The register in its three forms, growing while the documents stream by.
struct Register
{
    explicit Register(const std::filesystem::path& folder) : page(folder), list(folder) {}

    Spool page;
    RegisterList list;
};

void write_documents(PackageStream& stream, Register* register_, PackageProofs* proofs, db::ReadTx& tx,
                     std::span<const DocumentId> documents, Teller& teller)
{
    PackageLayout layout;
    for_each_view(tx, documents, [&](const catalog::DocumentView& view, std::uint64_t ordinal) {
        const auto placed = layout.place(view, ordinal);
        for (const auto& file : placed.files) {
            stream.add_object(file.path, *file.file, [&](std::uint64_t bytes) { teller.bytes(bytes); });
            teller.file();
        }
        stream.add_payload(placed.metadata_path, metadata_text(placed));
        if (proofs != nullptr) {
            proofs->add(view.document);
        }
        if (register_ != nullptr) {
            register_->page.append(register_row(placed));
            register_->list.add(view);
        }
    });
}

void write_register(PackageStream& stream, Register& register_, const RegisterHeading& heading,
                    const std::filesystem::path& folder, Teller& teller)
{
    register_.page.append(register_foot());
    stream.add_payload("index.html", register_.page);
    const auto data = register_.list.data(heading, [&] { teller.row(); });
    for (const auto output : {forms::Output::pdf, forms::Output::xlsx}) {
        Spool printed{folder};
        const auto made =
            forms::render(output, register_form(), data, [&](std::string_view bytes) { printed.append(bytes); },
                          {.preview_rows = 0, .scratch = folder});
        ensure(made.rows == heading.documents, "the printed register has a row for each document");
        stream.add_payload("muc-luc" + std::string{forms::extension(output)}, printed);
    }
}

/// data/audit.json and what judges it.
void write_audit(PackageStream& stream, PackageProofs* proofs, const Home& home, const std::filesystem::path& folder)
{
    if (proofs != nullptr) {
        Spool text{folder};
        proofs->write([&](std::string_view bytes) { text.append(bytes); });
        stream.add_payload("audit.json", text);
    } else {
        stream.add_payload("audit.json", checkpoint_hash_text(home));
    }
    stream.add_payload("verify_audit.py", audit::verifier_script());
    stream.add_payload("verify_package.py", audit::package_verifier_script());
}

RegisterHeading heading(const Measure& total, const PackageRequest& request, Instant made_at)
{
    return {.language = request.language,
            .title = request.title,
            .query = query_words(request.query_json),
            .asked_by = request.asked_by,
            .made_at = made_at,
            .documents = total.documents,
            .files = total.files,
            .bytes = total.file_bytes,
            .highest = total.highest};
}

} // namespace

PackageEstimate estimate_package(db::Database& database, std::span<const DocumentId> documents)
{
    auto tx = database.read();
    const auto total = measure(tx, documents, Precision::exact);
    return {.documents = total.documents, .files = total.files, .bytes = total.package_bytes()};
}

PackageResult write_package(db::Database& database, const Home& home, const Clock& clock,
                            std::span<const DocumentId> documents, const PackageRequest& request,
                            const OnPackageProgress& progress)
{
    const auto format = format_of(request.out);
    check_documents(documents);
    OutFile out{request.out};
    auto tx = database.read();
    const auto total = measure(tx, documents, Precision::bound);
    check_space(tx, documents, out, total, request);

    const auto made_at = clock.now();
    PackageStream stream{home, out, format, safe_name(request.out.stem().native(), 200), made_at};
    stream.add_tag("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    const bool with_register = request.profile == Profile::inspection;
    Teller teller{progress, total.files, with_register ? kTimesSet * total.documents : 0};
    std::optional<PackageProofs> proofs;
    if (request.with_proofs) {
        proofs.emplace(home, tx);
    }
    auto* const proofs_or_none = proofs ? &*proofs : nullptr;
    if (with_register) {
        const auto head = heading(total, request, made_at);
        Register register_{out.folder()};
        register_.page.append(register_head(head));
        write_documents(stream, &register_, proofs_or_none, tx, documents, teller);
        write_register(stream, register_, head, out.folder(), teller);
    } else {
        write_documents(stream, nullptr, proofs_or_none, tx, documents, teller);
    }
    stream.add_payload("query.json", request.query_json);
    write_audit(stream, proofs_or_none, home, out.folder());
    stream.add_payload("README.txt", readme_text());
    stream.add_tag("bag-info.txt", bag_info(stream, total, request, made_at));
    const auto sums = stream.finish();
    if (request.before_publish) {
        request.before_publish();
    }
    out.publish();
    return {.documents = total.documents,
            .files = total.files,
            .bytes = sums.bytes,
            .sha256 = sums.sha256,
            .manifest_sha256 = sums.manifest_sha256,
            .highest = total.highest};
}

} // namespace vtlt::export_
