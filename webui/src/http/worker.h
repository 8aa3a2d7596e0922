// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/body.h"
#include "http/events.h"
#include "http/outgoing.h"
#include "http/poco_exchange.h"
#include "http/sender.h"

#include <vtlt/webui/http/server.h>

#include <atomic>

namespace vtlt::webui::http {

/// What the workers of a server share.
struct Workshop
{
    const ServerOptions& options;
    const Handler& handler;
    const OnAccess& on_access;
    Counters& counters;
    Parker& parker;
    Sender& sender;
    Events& events;
    const std::atomic<bool>& stopping;
    const TlsContext* tls;              ///< null: plain HTTP
    std::atomic<unsigned> attending{0}; ///< workers that wait with a client for his next request
    PocoExchange::Shared poco{};
};

/// Random names of requests, in the form of a uid. One thread each.
class RequestIds
{
public:
    std::string next();

private:
    std::string random_;
};

/// A thread that has one request answered at a time. It waits for handlers and, in the upload pool, for bodies; never
/// for a reader. While nobody queues, up to half of the workers stay for a moment with the client whom they answered:
/// a browser that loads a page asks again at once, and the way through the parker costs two changes of threads.
class Worker
{
public:
    Worker(Workshop& shop, Queue<ConnectionPtr>& queue, bool attends) : shop_(shop), queue_(queue), attends_(attends) {}
    void run();

private:
    void serve(ConnectionPtr connection);
    ConnectionPtr attend(ConnectionPtr connection);
    /// The connection again when it is ready for a further request of its own.
    ConnectionPtr serve_one(ConnectionPtr connection);
    Response call_handler(Request& request, const StreamedBody* body, Access& access);
    ConnectionPtr answer(Outgoing outgoing, Response response, PocoExchange& poco, bool is_head_request);
    ConnectionPtr deliver(Outgoing outgoing);
    ConnectionPtr refuse(ConnectionPtr connection, int status, Access access);

    Workshop& shop_;
    Queue<ConnectionPtr>& queue_;
    const bool attends_;
    DateText date_;
    RequestIds ids_;
    std::vector<char> buffer_ = std::vector<char>(std::size_t{16} * 1024); // of a file under TLS
};

} // namespace vtlt::webui::http
