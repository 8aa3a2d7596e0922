// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/head.h"

#include <vtlt/webui/http/message.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::webui::http {

/// What the server adds to an answer's head.
struct HeadExtras
{
    std::string_view request_id;
    std::string_view date;
    std::optional<std::uint64_t> content_length;
    bool keep_alive = true;
};

/// One request and its answer through Poco's HTTPServerSession, HTTPServerRequestImpl and HTTPServerResponseImpl, over
/// a socket of ours that replays the head's bytes and collects what Poco writes.
class PocoExchange
{
public:
    /// What all exchanges of a server share.
    class Shared
    {
    public:
        Shared();
        ~Shared();

    private:
        friend class PocoExchange;
        struct State;
        std::unique_ptr<State> state_;
    };

    /// Throws invalid `http.head` when Poco does not read the head as we did.
    PocoExchange(const Shared& shared, std::string_view head_bytes, const Head& head, bool secure);
    ~PocoExchange();

    /// The answer's head as bytes. Throws internal `http.bad_header` when the handler's fields would break it.
    std::string answer_head(const Response& response, const HeadExtras& extras);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace vtlt::webui::http
