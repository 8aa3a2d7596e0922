// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/ids.h>

#include <string>
#include <vector>

namespace vtlt::db {
class Database;
}

namespace vtlt::services {

/// Where the rows of a document, person, token or session say something else than its events (I6): changed, added or
/// removed behind the program's back.
struct HistoryFault
{
    Uid object;
    std::string expected; ///< what the events tell: a hash, or the name of a value and the event; never a title
    std::string found;
};

/// Compares every document with its events in one pass each way, in constant memory: registered once, the bytes and the
/// text of its main file, each described value as last told, by a reading or by an edit. Values that no event tells are
/// not judged.
std::vector<HistoryFault> check_documents_against_history(db::Database& database);

/// Role, clearance, disabling and password of each account, each granted role, written order and position, scopes, end
/// and revocation of each API token, the account of each session, the documents of each saved set, the policy of each
/// unit: as their events told them last.
std::vector<HistoryFault> check_people_against_history(db::Database& database);

} // namespace vtlt::services
