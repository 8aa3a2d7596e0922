// SPDX-License-Identifier: GPL-3.0-or-later
#ifdef VTLT_PLANTED

#include "planted.h"

#include "sandbox.h"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace vtlt::extract {

namespace {

using sandbox::wire::Record;

struct Planted
{
    std::string target;
    Output& output;

    void say(int page, std::string_view words) const
    {
        output.begin_page(page);
        output.text(words);
        output.finish_page();
    }
};

[[noreturn]] void end_well(const Planted& planted)
{
    planted.output.end();
    ::_exit(0);
}

void crash(const Planted&)
{
    volatile int* nowhere = nullptr;
    *nowhere = 1;
}

void loop(const Planted&)
{
    volatile unsigned rounds = 0;
    for (;;) {
        rounds = rounds + 1;
    }
}

void silent_loop(const Planted&)
{
    // Sleeps for ever: no processor time passes, only the clock.
    int word = 0;
    for (;;) {
        ::syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0);
    }
}

void close_pipe_loop(const Planted& planted)
{
    ::close(kResultFd);
    loop(planted);
}

void fork_child(const Planted& planted)
{
    if (::fork() == 0) {
        for (;;) {
        }
    }
    planted.say(1, "forked");
    end_well(planted);
}

void connect_out(const Planted& planted)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(planted.target.c_str(), nullptr, 10)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof generic);
    const bool connected = ::connect(socket, &generic, sizeof generic) == 0;
    planted.say(1, connected ? "connected" : "refused");
    end_well(planted);
}

void write_outside(const Planted& planted)
{
    const int file = ::open(planted.target.c_str(), O_WRONLY | O_CREAT, 0600);
    const auto written = ::write(file, "outside", 7);
    planted.say(1, written == 7 ? "written" : "refused");
    end_well(planted);
}

void open_outside(const Planted& planted)
{
    std::array<char, 4096> bytes{};
    const int file = ::open(planted.target.c_str(), O_RDONLY);
    const auto got = ::read(file, bytes.data(), bytes.size());
    planted.say(1,
                got > 0 ? std::string_view{bytes.data(), static_cast<std::size_t>(got)} : std::string_view{"refused"});
    end_well(planted);
}

void change_document(const Planted& planted)
{
    const auto written = ::pwrite(kDocumentFd, "X", 1, 0);
    planted.say(1, written == 1 ? "changed" : "refused");
    end_well(planted);
}

void take_memory(const Planted&)
{
    constexpr std::size_t kPiece = std::size_t{64} << 20;
    for (int i = 0; i < 320; ++i) {
        auto* piece = static_cast<volatile char*>(::operator new(kPiece));
        for (std::size_t at = 0; at < kPiece; at += 4096) {
            piece[at] = 1;
        }
    }
}

void take_memory_in_c(const Planted&)
{
    // As a C library does that does not look at what malloc answers.
    for (int i = 0; i < 320; ++i) {
        auto* piece = static_cast<char*>(std::malloc(std::size_t{64} << 20));
        std::memset(piece, 1, std::size_t{64} << 20);
    }
}

void flood(const Planted& planted)
{
    const std::string words(std::size_t{60} << 10, 'x');
    std::string page{sandbox::wire::as_bytes(std::int32_t{1})};
    for (;;) {
        planted.output.record(Record::page, page + words);
    }
}

void flood_pages(const Planted& planted)
{
    const std::string page{sandbox::wire::as_bytes(std::int32_t{1})};
    for (;;) {
        planted.output.record(Record::page, page);
    }
}

void babble(const Planted& planted)
{
    for (int i = 0; i < 100; ++i) {
        planted.output.record(static_cast<Record>(200), std::string(1000, '\xFF'));
    }
    end_well(planted);
}

void lie(const Planted& planted)
{
    planted.say(1, "an honest page");
    std::string page{sandbox::wire::as_bytes(std::int32_t{-5})};
    planted.output.record(Record::page, page + "\xFF\xFE broken");
    planted.output.record(Record::cause, "above_highest_grade");
    end_well(planted);
}

void partial_crash(const Planted& planted)
{
    planted.say(1, "the first page");
    crash(planted);
}

void partial_loop(const Planted& planted)
{
    planted.say(1, "the first page");
    loop(planted);
}

void partial_memory(const Planted& planted)
{
    planted.say(1, "the first page");
    take_memory(planted);
}

struct Act
{
    std::string_view word;
    void (*act)(const Planted&);
};

constexpr std::array kPlanted{
    Act{"crash", crash},
    Act{"loop", loop},
    Act{"silent-loop", silent_loop},
    Act{"close-pipe-loop", close_pipe_loop},
    Act{"fork", fork_child},
    Act{"connect", connect_out},
    Act{"write", write_outside},
    Act{"open", open_outside},
    Act{"change-document", change_document},
    Act{"memory", take_memory},
    Act{"memory-in-c", take_memory_in_c},
    Act{"flood", flood},
    Act{"flood-pages", flood_pages},
    Act{"babble", babble},
    Act{"lie", lie},
    Act{"partial-crash", partial_crash},
    Act{"partial-loop", partial_loop},
    Act{"partial-memory", partial_memory},
};

} // namespace

void run_planted(const Source& source, Output& output)
{
    const auto head = source.bytes(0, 4096);
    constexpr std::string_view kMark = "VTLT-PLANTED ";
    if (!head.starts_with(kMark)) {
        return;
    }
    const auto line_end = head.find('\n');
    const auto word = head.substr(kMark.size(), line_end - kMark.size());
    const auto target_end = line_end == std::string::npos ? line_end : head.find('\n', line_end + 1);
    Planted planted{.target =
                        target_end == std::string::npos ? "" : head.substr(line_end + 1, target_end - line_end - 1),
                    .output = output};
    output.format("planted", "text/plain");
    for (const auto& [name, act] : kPlanted) {
        if (name == word) {
            act(planted);
        }
    }
}

} // namespace vtlt::extract

#endif
