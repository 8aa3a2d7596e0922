// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/services/archive.h>

#include <filesystem>
#include <string>
#include <vector>

namespace vtlt::bench {

/// A real archive, made for one turn and removed with it.
class ScratchArchive
{
public:
    explicit ScratchArchive(const std::filesystem::path& parent);

    const Home& home() const { return archive_.home(); }
    db::Database& database() { return archive_.database(); }

    /// `transactions` of `documents` each, without files: row, event and outbox row of every document.
    void register_documents(std::size_t transactions, std::size_t documents);

    /// The acknowledgement of an intake: store and catalogue in the groups that `vtlt ingest` makes, without text.
    void take_in(const std::vector<std::filesystem::path>& files);

private:
    void acknowledge(const std::vector<std::filesystem::path>& files, std::size_t begin, std::size_t end);
    DocumentId insert(db::WriteTx& tx, const std::string& title, std::vector<audit::Event>& events);

    TempDir folder_;
    SystemClock clock_;
    auth::Actor actor_ = auth::operator_actor();
    services::Archive archive_;
    UnitId unit_;
};

} // namespace vtlt::bench
