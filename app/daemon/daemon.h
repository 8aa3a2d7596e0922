// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <vtlt/webui/http/server.h>

#include <filesystem>
#include <memory>
#include <string>

namespace vtlt::app {

struct ServeOptions
{
    webui::http::ServerOptions http;
    std::filesystem::path assets_dir; ///< while designing pages
};

/// The server: archive, index, jobs, pages, API and the socket for forwarded commands, in one process that holds the
/// archive's lock. One thread starts and stops it.
class Daemon
{
public:
    /// Opens and recovers; nobody is served yet. Throws what opening for writing throws.
    Daemon(const Context& context, const ServeOptions& options);
    /// As stop().
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Throws what http::Server::start throws.
    void start();
    std::uint16_t port() const;
    /// Small work that recurs: a checkpoint of the history, sessions and uploads that ran out, who was seen. Call at
    /// least once a minute.
    void tidy();
    /// Reads the certificate again; a bad one is logged and the old one stays.
    void reload();
    /// Lets requests and jobs end within some seconds; what jobs have not done they resume at the next start.
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace vtlt::app
