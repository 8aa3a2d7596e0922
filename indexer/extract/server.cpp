// SPDX-License-Identifier: GPL-3.0-or-later
#include "server.h"

#include "child.h"
#include "golden.h"
#include "memory_watch.h"
#include "sandbox.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/sandbox/cause.h>
#include <vtlt/core/sandbox/wire.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <malloc.h>
#include <optional>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vtlt::extract {

namespace wire = sandbox::wire;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kNoControl = -1;

struct Job
{
    wire::Request request;
    UniqueFd document;
    UniqueFd result;
};

// --- the control socket
// -----------------------------------------------------------------------------------------------

void send_packet(int socket, std::string_view bytes)
{
    if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
        ::_exit(0); // the client is gone, and with it our purpose
    }
}

struct Packet
{
    Job job;
    ssize_t bytes = 0;
};

Packet receive_packet(int socket)
{
    Packet packet;
    auto& job = packet.job;
    iovec part{&job.request, sizeof job.request};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    do {
        packet.bytes = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (packet.bytes < 0 && errno == EINTR);
    const auto* head = CMSG_FIRSTHDR(&message);
    if (head != nullptr && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(2 * sizeof(int))) {
        std::array<int, 2> descriptors{};
        std::memcpy(descriptors.data(), CMSG_DATA(head), sizeof descriptors);
        job.document.reset(descriptors[0]);
        job.result.reset(descriptors[1]);
    }
    return packet;
}

/// nullopt when the client hung up or talks nonsense.
std::optional<Job> receive_job(int socket)
{
    for (;;) {
        auto packet = receive_packet(socket);
        if (packet.bytes == static_cast<ssize_t>(sizeof(wire::Cancel))) {
            continue; // it crossed the status of a child that had just ended
        }
        auto& job = packet.job;
        const bool whole = packet.bytes == static_cast<ssize_t>(sizeof job.request) && job.document && job.result;
        return whole && job.request.version == wire::kVersion ? std::optional{std::move(job)} : std::nullopt;
    }
}

// --- a child
// ----------------------------------------------------------------------------------------------------------

pid_t start_child(const Sandbox& sandbox, const Job& job)
{
    memory_watch::clear();
    const auto server = ::getpid();
    const auto child = ::fork();
    if (child < 0) {
        throw_errno("fork", "");
    }
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != server) {
            ::_exit(125);
        }
        sandbox.enter(job.document.get(), job.result.get(),
                      {.cpu_seconds = job.request.cpu_seconds, .memory_bytes = job.request.memory_bytes});
        run_child(job.request);
    }
    return child;
}

/// Kills the child at the deadline, at the client's word, and when the client is gone.
wire::Status supervise(pid_t child, int control, std::chrono::seconds wall)
{
    const UniqueFd handle{static_cast<int>(::syscall(SYS_pidfd_open, child, 0U))};
    wire::Status status;
    const auto deadline = Clock::now() + wall;
    std::array<pollfd, 2> watched{pollfd{handle.get(), POLLIN, 0}, pollfd{control, POLLIN, 0}};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        const auto events =
            ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<long>(left, 0, 3'600'000)));
        if (events < 0 && errno == EINTR) {
            continue;
        }
        if (watched[0].revents != 0) {
            break;
        }
        const bool late = Clock::now() >= deadline;
        if (watched[1].revents == 0 && !late) {
            continue;
        }
        wire::Cancel word;
        const bool gone = watched[1].revents != 0 && ::recv(control, &word, sizeof word, MSG_DONTWAIT) <= 0;
        ::kill(child, SIGKILL);
        if (gone) {
            ::_exit(0);
        }
        status.passed_deadline = late ? 1 : 0;
        break;
    }
    rusage used{};
    while (::wait4(child, &status.wait_status, 0, &used) < 0 && errno == EINTR) {
    }
    const auto milliseconds = [](const timeval& time) {
        return static_cast<std::uint64_t>(time.tv_sec * 1000 + time.tv_usec / 1000);
    };
    status.cpu_milliseconds = milliseconds(used.ru_utime) + milliseconds(used.ru_stime);
    status.max_rss_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
    status.refused_memory = memory_watch::was_refused() ? 1 : 0;
    return status;
}

// --- the test of itself
// -----------------------------------------------------------------------------------------------

std::string folded(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n' || c == '\t';
        if (!space || (!result.empty() && result.back() != ' ')) {
            result += space ? ' ' : c;
        }
    }
    while (!result.empty() && result.back() == ' ') {
        result.pop_back();
    }
    return result;
}

Job sample_job(std::string_view bytes, UniqueFd result)
{
    Job job;
    job.request = {.version = wire::kVersion,
                   .task = wire::Task::text,
                   .cpu_seconds = 10,
                   .wall_seconds = 20,
                   .memory_bytes = std::uint64_t{512} << 20,
                   .text_bytes = std::uint64_t{1} << 20};
    job.document.reset(::memfd_create("golden", MFD_CLOEXEC));
    write_all(job.document.get(), bytes, "golden");
    job.result = std::move(result);
    return job;
}

/// The text of a sample that went the way of every document; its records fit into the pipe.
std::string read_sample(const Sandbox& sandbox, std::string_view bytes)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw_errno("pipe2", "");
    }
    const UniqueFd reader{ends[0]};
    auto job = sample_job(bytes, UniqueFd{ends[1]});
    const auto child = start_child(sandbox, job);
    const auto status = supervise(child, kNoControl, std::chrono::seconds{job.request.wall_seconds});
    job.result.reset();
    std::string text;
    bool whole = false;
    wire::RecordReader records;
    std::array<char, 4096> piece{};
    while (const auto got = read_some(reader.get(), piece.data(), piece.size(), "result")) {
        records.feed({piece.data(), got}, [&](wire::Record type, std::string_view payload) {
            if (type == wire::Record::page) {
                text += payload.substr(sizeof(std::int32_t));
            }
            whole = whole || type == wire::Record::end;
        });
    }
    return status.wait_status == 0 && whole ? folded(text) : std::string{};
}

/// A child that reaches for a socket must die of it.
bool walls_hold(const Sandbox& sandbox)
{
    const UniqueFd nothing{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    const auto child = ::fork();
    if (child < 0) {
        throw_errno("fork", "");
    }
    if (child == 0) {
        sandbox.enter(nothing.get(), nothing.get(), {});
        ::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
        ::_exit(0);
    }
    const auto status = supervise(child, kNoControl, std::chrono::seconds{20});
    return WIFSIGNALED(status.wait_status) && WTERMSIG(status.wait_status) == SIGSYS;
}

wire::Readiness test_itself(const Sandbox& sandbox)
{
    if (!walls_hold(sandbox)) {
        return wire::Readiness::no_seccomp;
    }
    const bool same = read_sample(sandbox, golden::pdf()) == golden::pdf_text() &&
                      read_sample(sandbox, golden::docx()) == golden::docx_text();
    return same ? wire::Readiness::ready : wire::Readiness::selftest_differs;
}

void answer_jobs(const Sandbox& sandbox)
{
    while (auto job = receive_job(wire::kControlFd)) {
        const auto child = start_child(sandbox, *job);
        // Ours would keep the pipe open when the child is dead.
        job->document.reset();
        job->result.reset();
        const auto status = supervise(child, wire::kControlFd, std::chrono::seconds{job->request.wall_seconds});
        send_packet(wire::kControlFd, wire::as_bytes(status));
    }
}

} // namespace

int serve()
{
    // Nothing of the client's may reach a child.
    ::close_range(wire::kControlFd + 1, ~0U, 0);
    ::fcntl(wire::kControlFd, F_SETFD, FD_CLOEXEC);
    wire::Hello hello;
    try {
        memory_watch::prepare();
        // One heap: a second one would be made by calls that the sandbox kills for.
        ::mallopt(M_ARENA_MAX, 1);
        prepare_handlers();
        Sandbox sandbox;
        hello.landlock_abi = sandbox.landlock_abi();
        ::malloc_trim(0);
        sandbox.measure_server();
        hello.readiness = test_itself(sandbox);
        send_packet(wire::kControlFd, wire::as_bytes(hello));
        if (hello.readiness == wire::Readiness::ready) {
            answer_jobs(sandbox);
        }
        return 0;
    } catch (const Error& error) {
        hello.readiness =
            error.code() == "extract.no_seccomp" ? wire::Readiness::no_seccomp : wire::Readiness::selftest_differs;
        send_packet(wire::kControlFd, wire::as_bytes(hello));
        return 1;
    }
}

} // namespace vtlt::extract
