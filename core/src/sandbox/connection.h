// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/file.h>
#include <vtlt/core/sandbox/cause.h>
#include <vtlt/core/sandbox/wire.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <sys/types.h>

namespace vtlt::sandbox {

/// How work on one document ended.
struct Ending
{
    wire::Status status;
    bool said_end = false; ///< the child delivered everything
    bool stopped = false;  ///< `on_record` had enough
    bool stalled = false;  ///< nothing came for `patience`, or the whole took longer than `wall`
    bool broken = false;   ///< the child sent what is no record
    bool server_died = false;
    bool heard = false; ///< at least one record came
};

/// Why the document has no more than what arrived; nullopt when it was whole or we stopped it ourselves.
std::optional<Cause> cause_of(const Ending& ending, std::uint64_t cpu_seconds);

/// A running fork server: its process and its control socket.
class Connection
{
public:
    /// Throws Kind::internal `extract.unavailable`.
    explicit Connection(const std::filesystem::path& program);
    /// The server ends by itself when its socket closes.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int landlock_abi() const { return landlock_abi_; }
    /// False when the server is gone; another one is wanted then.
    bool is_alive() const { return static_cast<bool>(control_); }

    struct Patience
    {
        std::chrono::milliseconds silence; ///< only time that we wait counts, not time in `on_record`
        std::chrono::milliseconds wall;
    };
    /// Answers false when nothing more is wanted of this document. What it throws passes through, when the child is
    /// gone.
    using OnRecord = std::function<bool(wire::Record, std::string_view)>;

    /// nullopt when the server was dead before it took the document.
    std::optional<Ending> work(const wire::Request& request, int document, const Patience& patience,
                               const OnRecord& on_record);

private:
    class Work;

    void spawn(const std::filesystem::path& program);
    void greet();
    void end_server();

    UniqueFd control_;
    UniqueFd handle_; ///< pidfd of the server
    pid_t server_ = -1;
    int landlock_abi_ = 0;
};

} // namespace vtlt::sandbox
