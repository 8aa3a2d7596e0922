// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/leaf_hashes.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/db/database.h>

#include <map>

namespace vtlt::audit {

std::vector<std::string> list_leaf_hashes(db::ReadTx& tx, std::span<const std::int64_t> events)
{
    auto select = tx.prepare("SELECT seq, leaf_hash FROM audit_leaf WHERE seq IN {ids ?1}");
    select.bind_list(1, events);
    std::map<std::int64_t, std::string> found;
    while (select.step()) {
        found.emplace(select.integer(0), to_hex(select.bytes(1)));
    }
    std::vector<std::string> hashes;
    for (const auto event : events) {
        if (const auto hash = found.find(event); hash != found.end()) {
            hashes.push_back(hash->second);
        }
    }
    return hashes;
}

} // namespace vtlt::audit
