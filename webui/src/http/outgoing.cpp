// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/outgoing.h"

#include <algorithm>
#include <exception>

namespace vtlt::webui::http {

namespace {

std::string_view rest(std::string_view text, std::uint64_t sent)
{
    return text.substr(std::min<std::uint64_t>(sent, text.size()));
}

} // namespace

bool is_all_sent(const Outgoing& outgoing)
{
    return outgoing.sent == outgoing.head.size() + outgoing.bytes().size() + outgoing.file.size;
}

Io push(Outgoing& outgoing, std::span<char> buffer)
{
    const auto before_file = outgoing.head.size() + outgoing.bytes().size();
    std::uint64_t step = 0;
    while (!is_all_sent(outgoing) && step < kFileStep) {
        IoResult result;
        if (outgoing.sent < before_file) {
            const auto head = rest(outgoing.head, outgoing.sent);
            const auto text = rest(outgoing.bytes(), outgoing.sent - (outgoing.head.size() - head.size()));
            result = outgoing.connection->send(head, text, outgoing.file.size > 0);
        } else {
            const auto done = outgoing.sent - before_file;
            result = outgoing.connection->send_file(outgoing.file.file.get(), outgoing.file.from + done,
                                                    std::min(outgoing.file.size - done, kFileStep), buffer);
            step += result.bytes;
        }
        if (result.state != Io::done) {
            return result.state;
        }
        outgoing.sent += result.bytes;
    }
    return Io::done;
}

bool ask_on(const Outgoing& outgoing)
{
    try {
        if (!outgoing.may_go_on || outgoing.may_go_on()) {
            return true;
        }
    } catch (const std::exception&) {
        // What cannot be answered is not allowed.
    }
    outgoing.connection->break_off();
    return false;
}

void report(const OnAccess& on_access, Outgoing& outgoing)
{
    if (on_access) {
        outgoing.access.bytes = outgoing.sent;
        outgoing.access.took =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - outgoing.began);
        on_access(outgoing.access);
    }
}

} // namespace vtlt::webui::http
