// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/parker.h"

#include <vtlt/webui/http/server.h>

#include <chrono>
#include <functional>
#include <span>
#include <string>

namespace vtlt::webui::http {

/// One step of a file: large enough to be worth a turn, small enough that others have theirs soon.
inline constexpr std::uint64_t kFileStep = std::uint64_t{1} << 20;

/// An answer on its way: head, then text, lasting bytes or file.
struct Outgoing
{
    ConnectionPtr connection;
    std::string head;
    std::string text;
    LastingBody lasting; ///< in place of text
    FileBody file;       ///< size 0: none
    After after = After::keep;
    Access access;
    SteadyTime began;
    std::function<bool()> may_go_on = {}; ///< of the answer

    std::string_view bytes() const { return text.empty() ? lasting.bytes : std::string_view{text}; }

    std::uint64_t sent = 0; ///< of all of them together
};

/// Sends until the socket is full, all is sent (done), a step of the file is sent (done with `is_all_sent` false), or
/// the other side is gone.
Io push(Outgoing& outgoing, std::span<char> buffer);
bool is_all_sent(const Outgoing& outgoing);

/// How often who sends an answer asks whether it may go on.
inline constexpr std::chrono::milliseconds kQuestion{250};
/// False when the answer may not go on; then its connection is broken off when it is closed.
bool ask_on(const Outgoing& outgoing);

/// Who is told of each answer at its end.
using OnAccess = std::function<void(const Access&)>;
void report(const OnAccess& on_access, Outgoing& outgoing);

} // namespace vtlt::webui::http
