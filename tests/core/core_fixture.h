// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/home.h>
#include <vtlt/core/services/archive.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vtlt::testing {

/// "<kind> <code>" of the Error that `action` throws; "nothing" when it returns.
template <class Action>
std::string refusal(Action&& action)
{
    try {
        std::forward<Action>(action)();
    } catch (const Error& error) {
        return std::string{kind_name(error.kind())} + " " + error.code();
    }
    return "nothing";
}

/// 20/9/2022, 10:00 in Vietnam.
FixedClock morning();

std::string slurp(const std::filesystem::path& path);
void spill(const std::filesystem::path& path, std::string_view bytes);
/// Every file below `folder`, relative to it, sorted.
std::vector<std::string> files_below(const std::filesystem::path& folder);

/// Folders and a migrated catalogue with one unit: the ground for everything below the services.
class CoreHome
{
public:
    CoreHome();

    const Home& home() const { return home_; }
    db::Database& database() { return database_; }
    const catalog::Unit& unit() const { return unit_; }

    catalog::Unit add_unit(const std::string& code);
    catalog::Dossier add_dossier(const catalog::Unit& unit, int year, const std::string& code);
    catalog::Document add_document(catalog::Document document);
    catalog::DocumentView view(const Uid& uid);

private:
    TempDir folder_;
    Home home_;
    db::Database database_;
    catalog::Unit unit_;
};

/// A home made by init, open for writing, and a folder of sources beside it.
class TestArchive
{
public:
    TestArchive();

    services::Archive& archive() { return *archive_; }
    db::Database& database() { return archive_->database(); }
    const Home& home() const { return archive_->home(); }
    std::filesystem::path directory() const { return folder_.path() / "archive"; }
    std::filesystem::path sources() const { return folder_.path() / "sources"; }
    std::filesystem::path source(const std::string& name, std::string_view bytes) const;
    const FixedClock& clock() const { return clock_; }
    std::int64_t count(std::string_view table);
    void close() { archive_.reset(); }
    void reopen();

private:
    TempDir folder_;
    FixedClock clock_;
    std::optional<services::Archive> archive_;
};

} // namespace vtlt::testing
