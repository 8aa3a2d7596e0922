// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "asked_query.h"

#include <vtlt/core/export/document_list.h>

namespace vtlt::webui {

/// The documents of the query as form `package_register`, whole in memory: it has a limit (document_list.h of core).
/// Throws what export_::write_document_list throws.
std::string document_list(const Call& call, const AskedQuery& asked, forms::Output output,
                          std::uint64_t preview_rows = 0);
/// The same as a file to keep, in the format that the query names. Throws invalid `list.format`.
http::Response send_document_list(Call& call);

} // namespace vtlt::webui
