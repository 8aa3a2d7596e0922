// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/daemon/command_socket.h"

#include "app/command_line.h"
#include "app/forwarding.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/log.h>

#include <atomic>
#include <fcntl.h>
#include <list>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace vtlt::app {

namespace {

constexpr std::size_t kMostCommands = 16;
constexpr int kLookEveryMs = 200;

/// One command of one client.
struct Client
{
    UniqueFd socket;
    std::atomic<bool> stop{false};
    std::atomic<bool> ended{false};
    std::jthread worker;  ///< runs the command
    std::jthread watcher; ///< hears "stop", or that the client has gone
};

/// Who typed a command, as if it ran in his own process.
auth::Actor peer_actor(int socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        throw_errno("getsockopt", "vtlt.sock");
    }
    auto actor = auth::operator_actor();
    actor.name = "operator:" + std::to_string(peer.uid);
    return actor;
}

Forwarded receive_command(int socket)
{
    auto first = receive_message(socket);
    const auto request = parse_json(first.text);
    if (request.value("v", 0) != 1 || first.descriptors.size() != 3) {
        throw Error{Kind::invalid, "forward.other_version"};
    }
    Forwarded command;
    command.arguments = request.at("arguments").get<std::vector<std::string>>();
    command.language =
        webui::language_from_name(request.at("language").get<std::string>()).value_or(webui::Language::vi);
    command.folder = request.at("folder").get<std::string>();
    command.outlets = std::move(first.descriptors);
    const auto wanted = request.at("paths").get<std::size_t>();
    while (command.paths.size() < wanted) {
        auto more = receive_message(socket);
        if (more.descriptors.empty()) {
            throw Error{Kind::invalid, "forward.cut_off"};
        }
        for (auto& fd : more.descriptors) {
            command.paths.push_back(std::move(fd));
        }
    }
    return command;
}

} // namespace

struct CommandSocket::State
{
    explicit State(OpenHouse given) : house(std::move(given)) {}

    void listen();
    void accept_all(const std::stop_token& stop);
    void serve(Client& client);
    void watch(Client& client, const std::stop_token& stop) const;
    void reap();

    OpenHouse house;
    UniqueFd listener;
    std::list<std::unique_ptr<Client>> clients; // of the accepting thread
    std::jthread acceptor;
};

void CommandSocket::State::listen()
{
    const auto path = command_socket_path(house.archive->home().root());
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::remove(path); // of a server that was killed: the archive's lock is ours
    listener.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const UniqueFd folder{::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (listener.get() < 0 || folder.get() < 0) {
        throw_errno("socket", path.native());
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto name = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + path.filename().native();
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(path.c_str(), 0660) != 0 || ::listen(listener.get(), 16) != 0) {
        throw_errno("bind", path.native());
    }
}

void CommandSocket::State::accept_all(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        pollfd waiting{.fd = listener.get(), .events = POLLIN, .revents = 0};
        const int ready = ::poll(&waiting, 1, kLookEveryMs);
        reap();
        if (ready <= 0 || clients.size() >= kMostCommands) {
            continue;
        }
        auto client = std::make_unique<Client>();
        client->socket.reset(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (client->socket.get() < 0) {
            continue;
        }
        auto& one = *client;
        clients.push_back(std::move(client));
        one.worker = std::jthread{[this, &one] { serve(one); }};
    }
    for (auto& client : clients) {
        client->stop = true;
    }
    clients.clear(); // joins
}

void CommandSocket::State::reap()
{
    clients.remove_if([](const auto& client) { return client->ended.load(); });
}

void CommandSocket::State::watch(Client& client, const std::stop_token& stop) const
{
    while (!stop.stop_requested()) {
        pollfd waiting{.fd = client.socket.get(), .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, kLookEveryMs) <= 0) {
            continue;
        }
        const auto message = receive_message(client.socket.get());
        client.stop = true; // "stop", or the client has gone
        if (message.text.empty()) {
            return;
        }
    }
}

void CommandSocket::State::serve(Client& client)
{
    int exit = kExitFailed;
    try {
        auto command = receive_command(client.socket.get());
        command.actor = peer_actor(client.socket.get());
        client.watcher = std::jthread{[this, &client](const std::stop_token& stop) {
            try {
                watch(client, stop);
            } catch (const std::exception&) {
                client.stop = true;
            }
        }};
        exit = run_forwarded(std::move(command), house, client.stop);
        client.watcher.request_stop();
        client.watcher.join();
        send_message(client.socket.get(), Json{{"exit", exit}}.dump(), {});
    } catch (const Error& error) {
        log::warning("command.failed", {{"code", error.code()}});
    } catch (const std::exception& error) {
        log::warning("command.failed", {{"reason", error.what()}});
    }
    client.socket.reset();
    client.ended = true;
}

CommandSocket::CommandSocket(OpenHouse house) : state_(std::make_unique<State>(std::move(house))) {}

CommandSocket::~CommandSocket()
{
    stop();
}

void CommandSocket::start()
{
    state_->listen();
    state_->acceptor = std::jthread{[this](const std::stop_token& stop) { state_->accept_all(stop); }};
}

void CommandSocket::stop()
{
    if (state_->acceptor.joinable()) {
        state_->acceptor.request_stop();
        state_->acceptor.join();
        std::filesystem::remove(command_socket_path(state_->house.archive->home().root()));
        state_->listener.reset();
    }
}

} // namespace vtlt::app
