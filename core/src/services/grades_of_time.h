// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace vtlt::db {
class ReadTx;
}

namespace vtlt::services {

/// Which grade documents had when things happened to them. What was written while one was secret stays so after it came
/// down: the lower grade is the document's, not its past's.
class GradesOfTime
{
public:
    /// Reads the changes of grade of these documents: one statement.
    GradesOfTime(db::ReadTx& tx, std::span<const Uid> documents);

    /// At event `seq` of a document whose grade is `now`; where the event changed it, the higher of both.
    Secrecy at(const Uid& document, std::int64_t seq, Secrecy now) const;

private:
    struct Change
    {
        std::int64_t seq = 0;
        Secrecy before = Secrecy::open;
        Secrecy after = Secrecy::open;
    };
    std::map<Uid, std::vector<Change>> changes_; ///< ascending
};

} // namespace vtlt::services
