// SPDX-License-Identifier: GPL-3.0-or-later
#include "files.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <set>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace vtlt;
using namespace vtlt::tests;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// An extractor with handlers taken over by their documents, and little patience.
sandbox::Extractor planted()
{
    return sandbox::Extractor{
        {.program = planted_program(),
         .text = {.cpu = 1s, .wall = 3s, .memory_bytes = std::uint64_t{256} << 20, .text_bytes = 1 << 20},
         .container = {}}};
}

sandbox::Extraction provoke(sandbox::Extractor& extractor, std::string_view word, std::string_view target = "")
{
    const Document document{"VTLT-PLANTED " + std::string{word} + "\n" + std::string{target} + "\n"};
    return extractor.extract(document.fd());
}

std::set<pid_t> children()
{
    std::set<pid_t> found;
    std::ifstream list{"/proc/self/task/" + std::to_string(::getpid()) + "/children"};
    for (pid_t one = 0; list >> one;) {
        found.insert(one);
    }
    return found;
}

/// Processes of that program, wherever they hang.
int processes_of(const fs::path& program)
{
    int count = 0;
    for (const auto& entry : fs::directory_iterator{"/proc"}) {
        std::error_code error;
        const auto target = fs::read_symlink(entry.path() / "exe", error);
        count += !error && target == fs::canonical(program) ? 1 : 0;
    }
    return count;
}

void check_next_document(sandbox::Extractor& extractor)
{
    const Document next{"Văn bản kế tiếp"};
    const auto found = extractor.extract(next.fd());
    CHECK_FALSE(found.cause);
    CHECK(text_of(found) == "Văn bản kế tiếp");
}

} // namespace

TEST_CASE("a handler taken over by its document hurts only that document", "[walls]")
{
    auto extractor = planted();
    const auto& [word, cause] = GENERATE(table<std::string, Cause>({
        {"crash", Cause::extractor_crashed},
        {"loop", Cause::time_limit},
        {"silent-loop", Cause::time_limit},
        {"close-pipe-loop", Cause::time_limit},
        {"fork", Cause::extractor_crashed},
        {"babble", Cause::extractor_crashed},
        {"partial-crash", Cause::text_truncated},
        {"partial-loop", Cause::text_truncated},
        {"flood", Cause::text_truncated},
    }));
    CAPTURE(word);
    const auto found = provoke(extractor, word);
    CHECK(found.cause == cause);
    if (word.starts_with("partial")) {
        CHECK(text_of(found) == "the first page");
        CHECK(found.pages.at(0).number == 1);
    }
    check_next_document(extractor);
}

#ifndef VTLT_SANITIZED // which has no limit of memory
TEST_CASE("a document that takes twenty gigabytes gets its limit", "[walls]")
{
    auto extractor = planted();
    const auto& [word, cause] = GENERATE(table<std::string, Cause>({
        {"memory", Cause::memory_limit},
        {"memory-in-c", Cause::memory_limit},
        {"partial-memory", Cause::text_truncated},
    }));
    CAPTURE(word);
    const auto found = provoke(extractor, word);
    CHECK(found.cause == cause);
    CHECK(found.max_rss_bytes < (std::uint64_t{400} << 20));
    check_next_document(extractor);
}
#endif

TEST_CASE("no document makes a process, a connection or a file", "[walls]")
{
    auto extractor = planted();

    SECTION("a second process")
    {
        const auto before = processes_of(planted_program());
        provoke(extractor, "fork");
        CHECK(processes_of(planted_program()) == before);
    }
    SECTION("a connection")
    {
        const UniqueFd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sockaddr generic{};
        socklen_t size = sizeof generic;
        std::memcpy(&generic, &address, sizeof generic);
        REQUIRE(::bind(listener.get(), &generic, size) == 0);
        REQUIRE(::listen(listener.get(), 4) == 0);
        REQUIRE(::getsockname(listener.get(), &generic, &size) == 0);
        std::memcpy(&address, &generic, sizeof address);
        CHECK(provoke(extractor, "connect", std::to_string(ntohs(address.sin_port))).cause == Cause::extractor_crashed);
        pollfd watched{listener.get(), POLLIN, 0};
        CHECK(::poll(&watched, 1, 0) == 0);
    }
    SECTION("a file")
    {
        const TempDir folder;
        const auto target = folder.path() / "outside";
        const auto found = provoke(extractor, "write", target.native());
        CHECK(found.cause);
        CHECK(text_of(found) != "written");
        CHECK_FALSE(fs::exists(target));
    }
    SECTION("a change of the document itself, though we can write to it")
    {
        const TempDir folder;
        const auto file = open_file(folder.path() / "d", O_RDWR | O_CREAT);
        write_all(file.get(), "VTLT-PLANTED change-document\n", "d");
        CHECK(text_of(extractor.extract(file.get())) != "changed");
        CHECK(read_file(folder.path() / "d").starts_with("VTLT"));
    }
    check_next_document(extractor);
}

TEST_CASE("no document reads another file", "[walls]")
{
    auto extractor = planted();
    if (!extractor.has_landlock()) {
        WARN("skipped: this kernel has no Landlock");
        return;
    }
    const TempDir folder;
    const auto secret = folder.path() / "secret";
    write_file_atomically(secret, "the secret of another unit");
    CHECK(text_of(provoke(extractor, "open", secret.native())) == "refused");
    CHECK(text_of(provoke(extractor, "open", "/etc/passwd")) == "refused");
}

TEST_CASE("what a lying child says stays within its document", "[walls]")
{
    auto extractor = planted();
    const auto found = provoke(extractor, "lie");
    CHECK_FALSE(found.cause); // "above_highest_grade" is not a child's to say
    REQUIRE(found.pages.size() == 2);
    CHECK_FALSE(found.pages[1].number);
    CHECK(text::is_utf8(found.pages[1].text));

    SECTION("a million empty pages are bounded too")
    {
        const auto flood = provoke(extractor, "flood-pages");
        CHECK(flood.pages.size() < 100'000);
        CHECK(flood.cause);
    }
    check_next_document(extractor);
}

TEST_CASE("a server that was killed is started again with the next document", "[walls]")
{
    const auto before = children();
    auto extractor = planted();
    for (const auto child : children()) {
        if (!before.contains(child)) {
            ::kill(child, SIGKILL);
        }
    }
    check_next_document(extractor);
    check_next_document(extractor);
}

TEST_CASE("server and child end with their client", "[walls]")
{
    const auto program = planted_program();
    const auto before = processes_of(program);
    {
        auto extractor = planted();
        CHECK(processes_of(program) == before + 1);
    }
    CHECK(processes_of(program) == before);

    SECTION("also when it is killed in the middle of a document")
    {
        const Document document{"VTLT-PLANTED silent-loop\n\n"};
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), 0) == 0);
        UniqueFd reader{ends[0]};
        UniqueFd writer{ends[1]};
        const auto client = ::fork();
        REQUIRE(client >= 0);
        if (client == 0) {
            sandbox::Extractor extractor{{.program = program, .text = {}, .container = {}}};
            // Says that the server runs; whether the document has begun when the signal comes, the end is the same.
            (void)!::write(writer.get(), "x", 1);
            extractor.extract(document.fd());
            ::_exit(0);
        }
        writer.reset();
        char byte = 0;
        REQUIRE(::read(reader.get(), &byte, 1) == 1);
        ::kill(client, SIGKILL);
        ::waitpid(client, nullptr, 0);
        // Both end as soon as the kernel tells them; nobody may be left when a new server has come and gone.
        for (int i = 0; i < 50 && processes_of(program) > before; ++i) {
            auto other = planted();
        }
        CHECK(processes_of(program) == before);
    }
}

TEST_CASE("without a program there is no extraction", "[walls]")
{
    const TempDir folder;
    try {
        sandbox::Extractor extractor{{.program = folder.path() / "nothing", .text = {}, .container = {}}};
        FAIL("a missing program was accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::internal);
        CHECK(error.code() == "extract.unavailable");
    }
    CHECK_THROWS_AS((sandbox::Extractor{{.program = "/bin/false", .text = {}, .container = {}}}), Error);
}

TEST_CASE("the server leaves the position of a descriptor alone", "[walls]")
{
    auto extractor = planted();
    const Document document{zip({{"một.txt", "nội dung"}})};
    REQUIRE(::lseek(document.fd(), 7, SEEK_SET) == 7);
    extractor.extract(document.fd());
    CHECK(extractor.unpack(document.fd(), nullptr).entries == 1);
    CHECK(::lseek(document.fd(), 0, SEEK_CUR) == 7);
}
