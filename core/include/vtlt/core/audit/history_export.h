// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/checkpoint.h>

#include <filesystem>

/// The history for somebody who does not trust us: files that verify_audit.py reads, and that script.
namespace vtlt::audit {

/// Copies key, checkpoints and tiles as they lie in audit/ up to the newest checkpoint into the folder `to`, which is
/// made and is whole or absent. Answers the checkpoint. Throws conflict `audit.export_exists` when `to` is there,
/// not_found `audit.no_checkpoint` when none was written yet, `export.no_folder`, corrupt `audit.checkpoint`.
SignedCheckpoint export_history(const Home& home, const std::filesystem::path& to);

/// The independent verifier: one Python file.
std::string_view verifier_script();
/// What judges a package's data/audit.json; it reads the verifier beside it.
std::string_view package_verifier_script();

} // namespace vtlt::audit
