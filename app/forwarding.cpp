// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/forwarding.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/home.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace vtlt::app {

namespace {

constexpr std::size_t kLongestMessage = std::size_t{1} << 20;

/// nullopt when nobody listens there.
std::optional<UniqueFd> connect_to(const std::filesystem::path& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    // A socket's path is at most 107 bytes: a longer one is reached by its folder's descriptor.
    const UniqueFd folder{::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (folder.get() < 0) {
        return std::nullopt;
    }
    const auto name = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + path.filename().native();
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    UniqueFd socket{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
    if (socket.get() < 0) {
        throw_errno("socket", path.native());
    }
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return std::nullopt;
    }
    return socket;
}

UniqueFd open_place(const std::string& path, PathUse use)
{
    const std::filesystem::path place{path};
    const auto target = use == PathUse::output ? place.parent_path() : place;
    const int flags = use == PathUse::output ? O_RDONLY | O_DIRECTORY : O_RDONLY | O_NONBLOCK;
    UniqueFd fd{::open(target.empty() ? "." : target.c_str(), flags | O_CLOEXEC)};
    if (fd.get() < 0) {
        if (errno == ENOENT && use == PathUse::input) {
            throw Error{Kind::not_found, "ingest.path_not_found", {{"path", path}}};
        }
        throw_errno("open", target.native());
    }
    return fd;
}

/// Every file and folder that the command names, in the order in which both sides count them.
std::vector<UniqueFd> open_places(const Context& context)
{
    std::vector<UniqueFd> opened;
    for (const auto& place : context.path_places) {
        for (const auto& path : place.get()) {
            opened.push_back(open_place(path, place.use));
        }
    }
    return opened;
}

void send_descriptors(int socket, const std::vector<UniqueFd>& opened)
{
    for (std::size_t at = 0; at < opened.size(); at += kMostDescriptors) {
        std::vector<int> some;
        for (std::size_t i = at; i < std::min(opened.size(), at + kMostDescriptors); ++i) {
            some.push_back(opened[i].get());
        }
        send_message(socket, "paths", some);
    }
}

/// Waits for the exit code; Ctrl-C is told once, a second one ends this program by itself.
int wait_for_exit(const Context& context, int socket)
{
    bool told = false;
    for (;;) {
        pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&waiting, 1, 100);
        if (context.stop() && !told) {
            send_message(socket, "stop", {});
            told = true;
        }
        if (ready <= 0) {
            continue;
        }
        const auto answer = receive_message(socket);
        if (answer.text.empty()) {
            throw Error{Kind::internal, "forward.cut_off"};
        }
        return parse_json(answer.text).at("exit").get<int>();
    }
}

} // namespace

std::filesystem::path command_socket_path(const std::filesystem::path& home)
{
    return Home{home}.run() / "vtlt.sock";
}

std::optional<int> forward(const Context& context, const std::vector<std::string>& arguments)
{
    const auto socket = connect_to(command_socket_path(context.home));
    if (!socket) {
        return std::nullopt;
    }
    const auto opened = open_places(context);
    const Json request{{"v", 1},
                       {"arguments", arguments},
                       {"language", webui::kLanguageNames[static_cast<std::size_t>(context.language)]},
                       {"folder", std::filesystem::current_path().native()},
                       {"paths", opened.size()}};
    watch_interrupts();
    send_message(socket->get(), request.dump(), {context.outlets.in, context.outlets.out, context.outlets.err});
    send_descriptors(socket->get(), opened);
    return wait_for_exit(context, socket->get());
}

void send_message(int socket, const std::string& text, const std::vector<int>& descriptors)
{
    iovec part{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
    std::vector<char> control(CMSG_SPACE(descriptors.size() * sizeof(int)));
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!descriptors.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        auto* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
        std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
    }
    while (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) {
            throw_errno("sendmsg", "vtlt.sock");
        }
    }
}

Message receive_message(int socket)
{
    std::string text(kLongestMessage, '\0');
    std::vector<char> control(CMSG_SPACE((kMostDescriptors + 3) * sizeof(int)));
    iovec part{.iov_base = text.data(), .iov_len = text.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    while ((got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0) {
        if (errno != EINTR) {
            throw_errno("recvmsg", "vtlt.sock");
        }
    }
    Message received;
    text.resize(static_cast<std::size_t>(got));
    received.text = std::move(text);
    for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
            std::vector<int> fds((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            std::memcpy(fds.data(), CMSG_DATA(header), fds.size() * sizeof(int));
            for (const int fd : fds) {
                received.descriptors.emplace_back(fd);
            }
        }
    }
    return received;
}

} // namespace vtlt::app
