// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/http/server.h>

#include "http/listener.h"
#include "http/worker.h"

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <csignal>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <vector>

namespace vtlt::webui::http {

namespace {

ServerOptions with_defaults(ServerOptions options)
{
    if (options.workers == 0) {
        options.workers = std::max(8U, 4 * std::thread::hardware_concurrency());
    }
    options.upload_workers = std::max(1U, options.upload_workers);
    return options;
}

/// Threads that begin while this lives take no signals: those are the main thread's, and a reader who left must not
/// end the program by SIGPIPE.
class BlockedSignals
{
public:
    BlockedSignals()
    {
        sigset_t all;
        sigfillset(&all);
        // A fault of ours must still be told as what it is.
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) {
            sigdelset(&all, fault);
        }
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;

private:
    sigset_t before_ = {};
};

} // namespace

/// Between start() and stop(). Members are in the order in which they need each other.
struct Server::State
{
    State(ServerOptions given, Handler handle, OnAccess on)
        : options(with_defaults(std::move(given))), handler(std::move(handle)), on_access(std::move(on))
    {}

    /// The moving parts, made anew by each start.
    struct Running
    {
        explicit Running(State& state)
            : requests(state.options.queue), uploads(std::max<std::size_t>(state.options.upload_workers, 8)),
              parker(state.options, state.tls ? &*state.tls : nullptr, open_listener(state.options), state.counters,
                     connections, requests, uploads),
              sender(parker, state.on_access), events(state.counters, state.on_access),
              shop{state.options,  state.handler,  state.on_access,
                   state.counters, parker,         sender,
                   events,         state.stopping, state.tls ? &*state.tls : nullptr}
        {
            try {
                start_threads(state.options);
            } catch (...) { // the system gives no more of them
                end_threads();
                throw;
            }
        }

        void start_threads(const ServerOptions& wanted)
        {
            const BlockedSignals blocked;
            threads.emplace_back([this] { parker.run(); });
            threads.emplace_back([this] { sender.run(); });
            threads.emplace_back([this] { events.run(); });
            for (unsigned i = 0; i < wanted.workers; ++i) {
                workers.emplace_back([this] { Worker{shop, requests, true}.run(); });
            }
            for (unsigned i = 0; i < wanted.upload_workers; ++i) {
                workers.emplace_back([this] { Worker{shop, uploads, false}.run(); });
            }
        }

        void end_threads()
        {
            requests.close();
            uploads.close();
            workers.clear();
            events.end();
            sender.end();
            parker.end();
            threads.clear();
        }

        ConnectionSet connections;
        Queue<ConnectionPtr> requests;
        Queue<ConnectionPtr> uploads;
        Parker parker;
        Sender sender;
        Events events;
        Workshop shop;
        std::vector<std::jthread> threads;
        std::vector<std::jthread> workers;
    };

    const ServerOptions options;
    const Handler handler;
    const OnAccess on_access;
    Counters counters;
    std::atomic<bool> stopping{false};
    std::optional<TlsContext> tls;
    std::uint16_t port = 0;
    mutable std::mutex mutex;
    std::shared_ptr<Running> running; // read by statistics() from any thread

    std::shared_ptr<Running> get_running() const
    {
        const std::scoped_lock lock{mutex};
        return running;
    }
    void set_running(std::shared_ptr<Running> now)
    {
        const std::scoped_lock lock{mutex};
        running.swap(now);
    }
};

Server::Server(ServerOptions options, Handler handler, std::function<void(const Access&)> on_access)
    : state_(std::make_unique<State>(std::move(options), std::move(handler), std::move(on_access)))
{}

Server::~Server()
{
    stop(std::chrono::milliseconds{0});
}

void Server::start()
{
    state_->stopping = false;
    if (state_->options.tls) {
        state_->tls.emplace(*state_->options.tls);
    }
    auto running = std::make_shared<State::Running>(*state_);
    state_->port = running->parker.port();
    state_->set_running(std::move(running));
}

std::uint16_t Server::port() const
{
    return state_->port;
}

void Server::stop(std::chrono::milliseconds grace)
{
    const auto held = state_->get_running();
    if (!held) {
        return;
    }
    auto& running = *held;
    const auto deadline = std::chrono::steady_clock::now() + grace;
    state_->stopping = true;
    running.parker.stop_accepting();
    running.events.end();
    if (!running.connections.wait_until_empty(deadline)) {
        running.connections.shut_all();
    }
    running.end_threads();
    state_->set_running(nullptr);
}

void Server::reload_certificate()
{
    if (state_->tls) {
        state_->tls->reload();
    }
}

ServerStatistics Server::statistics() const
{
    const auto& counters = state_->counters;
    ServerStatistics now{.requests = counters.requests,
                         .refused_heads = counters.refused_heads,
                         .timed_out_heads = counters.timed_out_heads,
                         .refused_busy = counters.refused_busy,
                         .handler_failures = counters.handler_failures,
                         .event_streams_now = counters.event_streams};
    if (const auto running = state_->get_running()) {
        now.connections_now = running->connections.size();
        now.queued_now = running->requests.size() + running->uploads.size();
    }
    return now;
}

} // namespace vtlt::webui::http
