// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/sandbox/extractor.h>

#include <filesystem>
#include <string>
#include <vector>

/// Judges a package, ours or anybody's. In this release any BagIt 0.93–1.0 bag: folder, zip, tar (also .gz, .zst).
namespace vtlt::export_ {

struct PackageFinding
{
    std::string rule;    ///< stable word: bagit.declaration, manifest.missing_file, manifest.digest, path.outside …
    std::string path;    ///< inside the package
    std::string message; ///< fields for the message are in the text of locales; this is the English sentence
    std::string hint;    ///< what to do
};

struct PackageVerdict
{
    std::string format = "unknown"; ///< bagit | unknown (more follow)
    bool valid = false;
    std::vector<PackageFinding> errors;
    std::vector<PackageFinding> warnings;
};

/// `extractor` reads archives (foreign formats never run in our process). A bag may lie at the root or one folder down.
/// Throws not_found `package.not_found`; everything the package itself is guilty of is a finding.
PackageVerdict verify_package(const std::filesystem::path& path, sandbox::Extractor& extractor);

} // namespace vtlt::export_
