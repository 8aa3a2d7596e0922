// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/base/error.h>

#include <catch2/catch.hpp>

#include <cerrno>

using namespace vtlt;
using vtlt::testing::refusal;

TEST_CASE("a kind decides the exit code", "[error]")
{
    const auto [kind, name, code] = GENERATE(table<Kind, const char*, int>({
        {Kind::internal, "internal", 1},
        {Kind::invalid, "invalid", 2},
        {Kind::not_found, "not_found", 4},
        {Kind::conflict, "conflict", 5},
        {Kind::busy, "busy", 5},
        {Kind::forbidden, "forbidden", 6},
        {Kind::corrupt, "corrupt", 7},
    }));
    CHECK(exit_code(kind) == code);
    CHECK(kind_name(kind) == name);
}

TEST_CASE("an error keeps its fields in order and shows them in one line for logs", "[error]")
{
    const Error error{Kind::conflict, "dossier.exists", {{"dossier", "01.TCCB"}, {"year", "2021"}}};
    CHECK(error.kind() == Kind::conflict);
    CHECK(error.code() == "dossier.exists");
    REQUIRE(error.fields().size() == 2);
    CHECK(error.fields()[1] == std::pair<std::string, std::string>{"year", "2021"});
    CHECK(std::string{error.what()} == "dossier.exists dossier=01.TCCB year=2021");
}

TEST_CASE("several mistakes of one input are one error with several problems", "[error]")
{
    const Error error{Kind::invalid, "form.invalid", {}, {{"/title", "text.empty", {}}, {"/year", "number.range", {}}}};
    CHECK(error.problems().size() == 2);
    CHECK(std::string{error.what()} == "form.invalid [/title: text.empty] [/year: number.range]");
}

TEST_CASE("a failed system call tells call, path and reason; a full disk and a refusal are told apart", "[error]")
{
    const auto [number, code] = GENERATE(table<int, const char*>({
        {EACCES, "forbidden file.forbidden"},
        {EPERM, "forbidden file.forbidden"},
        {EIO, "internal internal.errno"},
        {ENOSPC, "internal internal.disk_full"},
        {EDQUOT, "internal internal.disk_full"},
    }));
    const auto error_number = number;
    CHECK(refusal([&] { throw_errno("write", "somewhere", error_number); }) == code);
    try {
        throw_errno("write", "somewhere", error_number);
    } catch (const Error& error) {
        CHECK(error.fields().at(0).second == "write");
        CHECK(error.fields().at(1).second == "somewhere");
        CHECK_FALSE(error.fields().at(2).second.empty());
    }
}

TEST_CASE("a read that is refused midway is the machine's fault, not a permission", "[error]")
{
    CHECK(refusal([] { throw_errno("read", "somewhere", EACCES); }) == "internal internal.errno");
    CHECK(refusal([] { throw_errno("pread", "somewhere", EPERM); }) == "internal internal.errno");
}

TEST_CASE("a broken invariant is internal, also in release builds", "[error]")
{
    CHECK_NOTHROW(ensure(true, "I7 the index follows"));
    CHECK(refusal([] { ensure(false, "I7 the index follows"); }) == "internal internal.invariant");
}
