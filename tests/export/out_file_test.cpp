// SPDX-License-Identifier: GPL-3.0-or-later
#include "export_fixture.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/export/out_file.h>

#include <catch2/catch.hpp>

using vtlt::export_::OutFile;
namespace test = vtlt::test;

TEST_CASE("a file is whole under its name or absent", "[export][I9]")
{
    const auto kind = GENERATE(OutFile::Kind::unnamed, OutFile::Kind::hidden);
    const vtlt::TempDir folder;
    const auto place = folder.path() / "gói.zip";

    SECTION("nothing is left when it is not published")
    {
        {
            const OutFile out{place, kind};
            vtlt::write_all(out.fd(), "half", "out");
        }
        CHECK(test::list_tree(folder.path()).empty());
    }
    SECTION("published, it is alone in the folder")
    {
        OutFile out{place, kind};
        vtlt::write_all(out.fd(), "whole", "out");
        out.publish();
        CHECK(test::list_tree(folder.path()) == std::vector<std::string>{"gói.zip"});
        CHECK(vtlt::read_file(place) == "whole");
    }
    SECTION("it never takes the place of another that came meanwhile")
    {
        OutFile out{place, kind};
        test::write_text(place, "theirs");
        CHECK_THROWS_WITH(out.publish(), Catch::Contains("export.exists"));
        CHECK(vtlt::read_file(place) == "theirs");
    }
}

TEST_CASE("a place that is taken or has no folder is refused at once", "[export]")
{
    const vtlt::TempDir folder;
    test::write_text(folder.path() / "a.zip", "theirs");
    std::filesystem::create_symlink("nowhere", folder.path() / "b.zip");
    CHECK_THROWS_WITH(OutFile{folder.path() / "a.zip"}, Catch::Contains("export.exists"));
    CHECK_THROWS_WITH(OutFile{folder.path() / "b.zip"}, Catch::Contains("export.exists"));
    CHECK_THROWS_WITH(OutFile{folder.path() / "none" / "c.zip"}, Catch::Contains("export.no_folder"));
}
