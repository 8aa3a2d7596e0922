// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/export/package_verifier.h>
#include <vtlt/core/export/package_writer.h>
#include <vtlt/core/home.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vtlt::test {

/// Original name and bytes of a file to file away.
using NamedBytes = std::pair<std::string, std::string>;

/// A home with a catalogue and objects, as intake leaves them; the clock stands still.
class ExportArchive
{
public:
    ExportArchive();

    /// Values of `document` that matter; uid, unit and time are filled in.
    DocumentId add(catalog::Document document, const std::vector<NamedBytes>& files = {});
    DossierId dossier(const std::string& code, const std::string& title, int year = 2019);

    /// Twelve documents with everything that is awkward about documents.
    std::vector<DocumentId> add_awkward_dozen();

    export_::PackageRequest request(const std::string& name) const;
    /// As the program does it: what happened so far is signed first.
    export_::PackageResult write(const std::vector<DocumentId>& documents, const export_::PackageRequest& request,
                                 const export_::OnPackageProgress& progress = {});

    const Home& home() const { return home_; }
    db::Database& database() { return *database_; }
    const Clock& clock() const { return clock_; }
    /// A folder for packages.
    std::filesystem::path out() const { return folder_.path() / "out"; }

private:
    TempDir folder_;
    Home home_;
    FixedClock clock_;
    std::unique_ptr<db::Database> database_;
    UnitId unit_;
    std::uint64_t count_ = 0;
};

struct Ran
{
    int status = 0;
    std::string output; ///< stdout and stderr
};
/// Runs a program of the system with arguments as they are.
Ran run(const std::vector<std::string>& arguments, const std::filesystem::path& folder = {});

/// Paths below `folder`, sorted; folders end in a slash.
std::vector<std::string> list_tree(const std::filesystem::path& folder);

void write_text(const std::filesystem::path& path, std::string_view bytes);
void flip_byte(const std::filesystem::path& path, std::uint64_t at);

/// The rule words of findings, in order.
std::vector<std::string> rules(const std::vector<export_::PackageFinding>& findings);
/// `verify_package` with the extractor of the test program.
export_::PackageVerdict verify(const std::filesystem::path& path);
/// The findings in words, for failing tests.
std::string told(const export_::PackageVerdict& verdict);

/// Packs `folder` into zips and tars in `into`; its name is the top folder inside, or it is the root. The packed files.
std::vector<std::filesystem::path> pack(const std::filesystem::path& folder, const std::filesystem::path& into);

/// A file or folder of the shared test material; nullopt where it is not on this machine.
std::optional<std::filesystem::path> shared_data(const std::string& path);

} // namespace vtlt::test
