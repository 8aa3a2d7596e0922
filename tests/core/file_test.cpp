// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/base/file.h>

#include <catch2/catch.hpp>

#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace vtlt;
using namespace vtlt::testing;
namespace fs = std::filesystem;

namespace {

bool is_open(int fd)
{
    return ::fcntl(fd, F_GETFD) != -1;
}

} // namespace

TEST_CASE("a file written atomically is whole, alone and replaces the old one", "[file]")
{
    const TempDir folder;
    const auto path = folder.path() / "config.json";
    write_file_atomically(path, "first and longer", 0640);
    write_file_atomically(path, "second", 0640);
    CHECK(slurp(path) == "second");
    CHECK(files_below(folder.path()) == std::vector<std::string>{"config.json"});
    CHECK((fs::status(path).permissions() & fs::perms::others_all) == fs::perms::none);
    CHECK(refusal([&] { write_file_atomically(folder.path() / "absent" / "file", "x"); }) == "internal internal.errno");
}

TEST_CASE("a temporary folder goes with its content", "[file]")
{
    fs::path path;
    {
        const TempDir folder;
        path = folder.path();
        REQUIRE(fs::is_directory(path));
        spill(path / "a" / "b" / "c", "x");

        SECTION("and lies where it is asked to lie")
        {
            const TempDir inner{folder.path()};
            CHECK(inner.path().parent_path() == folder.path());
        }
    }
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a descriptor is closed once, by its last owner", "[file]")
{
    const TempDir folder;
    spill(folder.path() / "a", "x");
    auto first = open_file(folder.path() / "a", O_RDONLY);
    const int raw = first.get();
    UniqueFd second{std::move(first)};
    CHECK_FALSE(first); // NOLINT(bugprone-use-after-move): the moved-from state is what is tested
    CHECK(second.get() == raw);

    SECTION("assignment closes what was held")
    {
        second = UniqueFd{};
        CHECK_FALSE(is_open(raw));
    }
    SECTION("release gives it away")
    {
        const UniqueFd third{second.release()};
        CHECK(is_open(raw));
        CHECK_FALSE(second);
    }
    SECTION("the destructor closes")
    {
        {
            const UniqueFd third{std::move(second)};
        }
        CHECK_FALSE(is_open(raw));
    }
}

TEST_CASE("a file is read whole, in pieces, and at a place", "[file]")
{
    const TempDir folder;
    const auto path = folder.path() / "long";
    std::string bytes(200'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(i % 251);
    }
    spill(path, bytes);
    CHECK(read_file(path) == bytes);
    CHECK(refusal([&] { read_file(path, 1000); }) == "internal internal.file_too_large");

    const auto fd = open_file(path, O_RDONLY);
    std::array<char, 100> buffer{};
    CHECK(read_at(fd.get(), buffer.data(), buffer.size(), 150'000, "") == 100);
    CHECK(std::string_view(buffer.data(), 100) == std::string_view{bytes}.substr(150'000, 100));
    CHECK(read_at(fd.get(), buffer.data(), buffer.size(), 199'990, "") == 10);
    CHECK(read_at(fd.get(), buffer.data(), buffer.size(), 300'000, "") == 0);
    CHECK(read_some(fd.get(), buffer.data(), buffer.size(), "") == 100);
}

TEST_CASE("what does not exist is an absence or an error, as asked", "[file]")
{
    const TempDir folder;
    spill(folder.path() / "a", "x");
    CHECK_FALSE(open_if_exists(folder.path() / "b", O_RDONLY));
    CHECK_FALSE(open_if_exists(folder.path() / "a" / "b", O_RDONLY));
    CHECK(open_if_exists(folder.path() / "a", O_RDONLY));
    CHECK(refusal([&] { open_file(folder.path() / "b", O_RDONLY); }) == "internal internal.errno");
}

TEST_CASE("a folder is made once and kept", "[file]")
{
    const TempDir folder;
    make_directory(folder.path() / "new", 0700);
    spill(folder.path() / "new" / "a", "x");
    CHECK_NOTHROW(make_directory(folder.path() / "new", 0700));
    CHECK(files_below(folder.path()) == std::vector<std::string>{"new/a"});
    CHECK(free_bytes(folder.path()) > 0);
}
