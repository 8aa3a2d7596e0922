// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/ids.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>

namespace vtlt::testing {

namespace fs = std::filesystem;

namespace {

Home made_home(const fs::path& root)
{
    Home home{root};
    for (const auto& folder : {home.objects(), home.staging(), home.audit(), home.keys()}) {
        fs::create_directories(folder);
    }
    audit::make_audit_key(home, "TEST");
    return home;
}

} // namespace

FixedClock morning()
{
    return FixedClock{*parse_instant("2022-09-20T10:00:00+07:00")};
}

std::string slurp(const fs::path& path)
{
    return read_file(path);
}

void spill(const fs::path& path, std::string_view bytes)
{
    fs::create_directories(path.parent_path());
    const auto fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    write_all(fd.get(), bytes, path.native());
}

std::vector<std::string> files_below(const fs::path& folder)
{
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        if (!entry.is_directory()) {
            files.push_back(entry.path().lexically_relative(folder).native());
        }
    }
    std::ranges::sort(files);
    return files;
}

CoreHome::CoreHome() : home_(made_home(folder_.path())), database_(home_.catalog(), db::Database::Mode::writable)
{
    db::migrate(database_);
    unit_ = add_unit("PC");
}

catalog::Unit CoreHome::add_unit(const std::string& code)
{
    catalog::Unit unit{.id = {}, .uid = make_uid(), .code = code, .title = "Phòng " + code, .parent = {}};
    auto tx = database_.write();
    unit.id = catalog::insert_unit(tx, unit);
    tx.commit();
    return unit;
}

catalog::Dossier CoreHome::add_dossier(const catalog::Unit& unit, int year, const std::string& code)
{
    catalog::Dossier dossier;
    dossier.uid = make_uid();
    dossier.unit = unit.id;
    dossier.unit_code = unit.code;
    dossier.year = year;
    dossier.code = code;
    dossier.title = "Hồ sơ " + code;
    auto tx = database_.write();
    dossier.id = catalog::insert_dossier(tx, dossier);
    tx.commit();
    return dossier;
}

catalog::Document CoreHome::add_document(catalog::Document document)
{
    document.uid = make_uid();
    document.unit = unit_.id;
    document.created_at = morning().now();
    auto tx = database_.write();
    document.id = catalog::insert_document(tx, document, "test");
    tx.commit();
    return document;
}

catalog::DocumentView CoreHome::view(const Uid& uid)
{
    auto tx = database_.read();
    return catalog::get_view(tx, uid);
}

TestArchive::TestArchive() : clock_(morning())
{
    fs::create_directories(sources());
    services::init_archive(directory(), clock_, auth::operator_actor(), {});
    reopen();
}

fs::path TestArchive::source(const std::string& name, std::string_view bytes) const
{
    const auto path = sources() / name;
    spill(path, bytes);
    return path;
}

std::int64_t TestArchive::count(std::string_view table)
{
    auto tx = database().read();
    auto select = tx.prepare("SELECT count(*) FROM " + std::string{table});
    REQUIRE(select.step());
    return select.integer(0);
}

void TestArchive::reopen()
{
    archive_.reset();
    archive_.emplace(directory(), services::Archive::Mode::write, std::chrono::milliseconds{0});
}

} // namespace vtlt::testing
