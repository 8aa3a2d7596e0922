// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/document.h>
#include <vtlt/core/home.h>

#include <functional>
#include <string>

namespace vtlt::db {
class Database;
}

namespace vtlt::bench {

/// Every document of an archive, in portions of the catalogue.
void for_each_document(db::Database& database, const std::function<void(const catalog::DocumentView&)>& visit);

/// Title, number and the text of all files, as any other engine would be given it.
std::string text_of(const Home& home, const catalog::DocumentView& view);

} // namespace vtlt::bench
