// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/server.h>

namespace vtlt::webui::http {

/// A listening socket. Throws invalid `http.address`, `http.plain_needs_loopback`, conflict `http.address_in_use`.
UniqueFd open_listener(const ServerOptions& options);
std::uint16_t port_of(int listener);

} // namespace vtlt::webui::http
