// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <optional>
#include <string>
#include <vector>

/// A command typed while the server runs is handed to it over run/vtlt.sock and runs there with the same function
/// (decisions.md, "Server"). Inputs and outputs are opened here and passed as descriptors: the server has another
/// folder, user and protection.
///
/// Messages (SOCK_SEQPACKET): client {"v":1,"arguments":[…],"paths":N} with stdin, stdout, stderr; then N descriptors,
/// up to `kMostDescriptors` a message; later "stop" for Ctrl-C. Server {"exit":N}.
namespace vtlt::app {

inline constexpr std::size_t kMostDescriptors = 200;

/// Where the server of this home listens.
std::filesystem::path command_socket_path(const std::filesystem::path& home);

/// Hands the parsed command of `context` to the server of its home; nullopt when none is there. Returns its exit code.
/// Throws what opening the command's files throws, and internal `forward.cut_off` when the server went away.
std::optional<int> forward(const Context& context, const std::vector<std::string>& arguments);

/// Message and descriptors in one piece. Throws internal `internal.errno`.
void send_message(int socket, const std::string& text, const std::vector<int>& descriptors);
struct Message
{
    std::string text; ///< empty: the other side has gone
    std::vector<UniqueFd> descriptors;
};
Message receive_message(int socket);

} // namespace vtlt::app
