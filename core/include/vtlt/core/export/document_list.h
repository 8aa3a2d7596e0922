// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/forms/render.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace vtlt::db {
class Database;
}

/// Mục lục tài liệu = document list: the register of a package by itself, for the screen, the printer or a spreadsheet.
namespace vtlt::export_ {

/// A longer one is the register of a package, which is made by a job.
inline constexpr std::size_t kMaxListed = 5'000;

/// The error for one that is: invalid `list.too_long`.
Error list_too_long(std::uint64_t count);

struct DocumentListRequest
{
    std::string query; ///< as it was asked, for the head
    std::string asked_by;
    Instant made_at{};
    std::uint64_t preview_rows = 0; ///< HTML shows so many and tells how many there are; 0 shows all
    std::filesystem::path scratch;  ///< for nameless files; empty means $TMPDIR or /tmp
};

/// Writes those of the documents that `actor` may read, in their order, in form `package_register`. Throws invalid
/// `list.too_long`, conflict `export.changed_meanwhile`, and what forms::render throws.
forms::Rendered write_document_list(db::Database& database, const auth::Actor& actor,
                                    std::span<const DocumentId> documents, const DocumentListRequest& request,
                                    forms::Output output, const std::function<void(std::string_view)>& sink);

} // namespace vtlt::export_
