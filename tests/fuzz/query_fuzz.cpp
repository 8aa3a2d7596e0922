// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/indexer/query.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

/// What must hold for every text: only its length is refused, its mistake lies inside it, and its canonical text means
/// the same.
void check(std::string_view text)
{
    const auto query = vtlt::indexer::parse_query(text);
    if (query.syntax) {
        vtlt::ensure(query.syntax->at <= vtlt::text::length(vtlt::text::repair_utf8(text)),
                     "a mistake lies inside the query");
    }
    const auto canonical = vtlt::indexer::to_text(query.root);
    if (vtlt::text::length(canonical) > vtlt::indexer::kMaxQueryLength) {
        return; // brackets and quotes can make the longest queries longer than a query may be
    }
    const auto again = vtlt::indexer::parse_query(canonical);
    vtlt::ensure(!again.syntax && again.root == query.root, "the canonical text is the same query");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        check({reinterpret_cast<const char*>(data), size});
    } catch (const vtlt::Error& error) {
        if (error.code() != "query.too_long") {
            throw;
        }
    }
    return 0;
}
