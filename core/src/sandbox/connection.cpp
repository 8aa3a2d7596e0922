// SPDX-License-Identifier: GPL-3.0-or-later
#include "connection.h"

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace vtlt::sandbox {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

/// Loading and the self-test take a tenth of a second; a machine under load may need longer, a sanitized build does.
constexpr milliseconds kStart{60'000};
/// From the word to kill a child until its status must be here.
constexpr milliseconds kKill{10'000};
constexpr std::size_t kPiece = std::size_t{128} << 10;
constexpr int kPipeBytes = 256 << 10;

[[noreturn]] void unavailable(std::string_view reason, const std::filesystem::path& program)
{
    throw Error{
        Kind::internal, "extract.unavailable", {{"reason", std::string{reason}}, {"program", program.native()}}};
}

int poll_retrying(pollfd* watched, nfds_t count, milliseconds most)
{
    for (;;) {
        const auto events = ::poll(watched, count, static_cast<int>(std::clamp<long>(most.count(), 0, 3'600'000)));
        if (events >= 0 || errno != EINTR) {
            return events;
        }
    }
}

class SpawnPlan
{
public:
    SpawnPlan()
    {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        sigset_t all;
        sigset_t none;
        ::sigfillset(&all);
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        // A group of its own: Ctrl-C at the terminal is for us, and the server ends when we do.
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    ~SpawnPlan()
    {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    posix_spawn_file_actions_t* actions() { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// Sends the request with the document and the pipe; false when the server is gone.
bool send_request(int control, const wire::Request& request, int document, int result)
{
    iovec part{const_cast<wire::Request*>(&request), sizeof request};
    const std::array<int, 2> descriptors{document, result};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> room{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    auto* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof descriptors);
    std::memcpy(CMSG_DATA(head), descriptors.data(), sizeof descriptors);
    for (;;) {
        if (::sendmsg(control, &message, MSG_NOSIGNAL) >= 0) {
            return true;
        }
        if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN) {
            return false;
        }
        if (errno != EINTR) {
            throw_errno("sendmsg", "");
        }
    }
}

} // namespace

std::optional<Cause> cause_of(const Ending& ending, std::uint64_t cpu_seconds)
{
    if (ending.stopped) {
        return std::nullopt;
    }
    if (ending.stalled) {
        return Cause::time_limit;
    }
    if (ending.server_died || ending.broken) {
        return Cause::extractor_crashed;
    }
    if (ending.said_end) {
        return std::nullopt;
    }
    const auto& status = ending.status;
    const auto ended_by = WIFSIGNALED(status.wait_status) ? WTERMSIG(status.wait_status) : 0;
    const bool out_of_time =
        ended_by == SIGXCPU || (ended_by == SIGKILL && status.cpu_milliseconds >= cpu_seconds * 1000);
    if (status.passed_deadline != 0 || out_of_time) {
        return Cause::time_limit;
    }
    // Nobody but the kernel's memory killer sends SIGKILL otherwise.
    return status.refused_memory != 0 || ended_by == SIGKILL ? Cause::memory_limit : Cause::extractor_crashed;
}

Connection::Connection(const std::filesystem::path& program)
{
    spawn(program);
    try {
        greet();
    } catch (const Error& error) {
        end_server();
        unavailable(error.code(), program);
    }
}

Connection::~Connection()
{
    end_server();
}

void Connection::spawn(const std::filesystem::path& program)
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw_errno("socketpair", "");
    }
    control_.reset(ends[0]);
    const UniqueFd theirs{ends[1]};
    SpawnPlan plan;
    ::posix_spawn_file_actions_adddup2(plan.actions(), theirs.get(), wire::kControlFd);
    std::string name = program.native();
    std::string serve = "--serve";
    // Nothing of our environment reaches the parsers: variables steer fontconfig, libmagic and libxml2.
    std::string locale = "LC_ALL=C.UTF-8";
    std::string sanitizer = "ASAN_OPTIONS=detect_leaks=0";
    const std::array<char*, 3> arguments{name.data(), serve.data(), nullptr};
    const std::array<char*, 3> environment{locale.data(), sanitizer.data(), nullptr};
    const int error = ::posix_spawn(&server_, program.c_str(), plan.actions(), plan.attributes(), arguments.data(),
                                    environment.data());
    if (error != 0) {
        server_ = -1;
        unavailable(std::strerror(error), program);
    }
    handle_.reset(static_cast<int>(::syscall(SYS_pidfd_open, server_, 0U)));
}

void Connection::greet()
{
    pollfd watched{control_.get(), POLLIN, 0};
    wire::Hello hello;
    if (poll_retrying(&watched, 1, kStart) <= 0 ||
        ::recv(control_.get(), &hello, sizeof hello, MSG_DONTWAIT) != static_cast<ssize_t>(sizeof hello)) {
        throw Error{Kind::internal, "no_answer"};
    }
    constexpr std::array<std::string_view, 3> kReasons{"ready", "no_seccomp", "selftest_differs"};
    const auto reason = static_cast<std::size_t>(hello.readiness);
    if (hello.version != wire::kVersion || reason >= kReasons.size()) {
        throw Error{Kind::internal, "other_version"};
    }
    if (hello.readiness != wire::Readiness::ready) {
        throw Error{Kind::internal, std::string{kReasons[reason]}};
    }
    landlock_abi_ = hello.landlock_abi;
}

void Connection::end_server()
{
    control_.reset();
    if (server_ < 0) {
        return;
    }
    pollfd watched{handle_.get(), POLLIN, 0};
    if (poll_retrying(&watched, 1, kKill) <= 0) {
        ::kill(server_, SIGKILL);
    }
    while (::waitpid(server_, nullptr, 0) < 0 && errno == EINTR) {
    }
    server_ = -1;
}

/// One document in the server's hands. However it is left, the child is gone and the server ready, or the server is
/// gone too.
class Connection::Work
{
public:
    Work(Connection& connection, UniqueFd result, const Patience& patience)
        : connection_(connection), result_(std::move(result)), patience_(patience),
          deadline_(Clock::now() + patience.wall)
    {}
    ~Work()
    {
        if (!done_) {
            stop();
            while (!done_ && wait(kKill)) {
            }
            if (!done_) {
                connection_.end_server();
            }
        }
    }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

    Ending run(const OnRecord& on_record)
    {
        while (!done_) {
            const auto left = std::chrono::ceil<milliseconds>(deadline_ - Clock::now());
            const auto most = stopping_ ? kKill : std::min(patience_.silence, left);
            const bool heard = wait(most);
            if (!heard && stopping_) {
                break; // the destructor ends the server
            }
            if (!stopping_ && (!heard || Clock::now() >= deadline_)) {
                ending_.stalled = !done_;
                stop();
            }
            read_records(on_record);
        }
        ending_.server_died = ending_.server_died || !done_;
        return ending_;
    }

private:
    /// False when nothing was heard. Notes the child's end.
    bool wait(milliseconds most)
    {
        std::array<pollfd, 2> watched{pollfd{connection_.control_.get(), POLLIN, 0}, pollfd{result_.get(), POLLIN, 0}};
        if (poll_retrying(watched.data(), watched.size(), most) <= 0) {
            return false;
        }
        readable_ = watched[1].revents != 0;
        if (watched[0].revents != 0) {
            const auto got = ::recv(connection_.control_.get(), &ending_.status, sizeof ending_.status, MSG_DONTWAIT);
            ending_.server_died = got != static_cast<ssize_t>(sizeof ending_.status);
            done_ = true;
            if (ending_.server_died) {
                connection_.end_server();
            }
        }
        return true;
    }

    /// What is in the pipe now; after the child's end all that is left in it.
    void read_records(const OnRecord& on_record)
    {
        while ((readable_ || done_) && result_) {
            const auto got = ::read(result_.get(), piece_.data(), piece_.size());
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0) {
                if (got == 0 || errno != EAGAIN) {
                    result_.reset(); // end of the pipe; poll goes on without it
                }
                readable_ = false;
                break;
            }
            take({piece_.data(), static_cast<std::size_t>(got)}, on_record);
        }
    }

    void take(std::string_view bytes, const OnRecord& on_record)
    {
        if (stopping_) {
            return; // only to let the child go
        }
        const bool sane = records_.feed(bytes, [&](wire::Record type, std::string_view payload) {
            if (ending_.stopped || ending_.said_end) {
                return;
            }
            ending_.heard = true;
            ending_.said_end = type == wire::Record::end;
            ending_.stopped = !ending_.said_end && !on_record(type, payload);
        });
        ending_.broken = !sane;
        if (ending_.stopped || ending_.broken) {
            stop();
        }
    }

    void stop()
    {
        if (!std::exchange(stopping_, true) && !done_) {
            const wire::Cancel word;
            ::send(connection_.control_.get(), &word, sizeof word, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }

    Connection& connection_;
    UniqueFd result_;
    Patience patience_;
    Clock::time_point deadline_;
    wire::RecordReader records_;
    std::string piece_ = std::string(kPiece, '\0');
    Ending ending_;
    bool readable_ = false;
    bool stopping_ = false;
    bool done_ = false;
};

std::optional<Ending> Connection::work(const wire::Request& request, int document, const Patience& patience,
                                       const OnRecord& on_record)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw_errno("pipe2", "");
    }
    UniqueFd reader{ends[0]};
    UniqueFd writer{ends[1]};
    ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(reader.get(), F_SETPIPE_SZ, kPipeBytes); // fewer turns; refused beyond the user's share, which is fine
    if (!send_request(control_.get(), request, document, writer.get())) {
        end_server();
        return std::nullopt;
    }
    writer.reset();
    Work work{*this, std::move(reader), patience};
    return work.run(on_record);
}

} // namespace vtlt::sandbox
