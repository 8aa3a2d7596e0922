// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/poco_exchange.h"

#include "http/syntax.h"
#include "http/wire.h"

#include <vtlt/core/base/error.h>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponseImpl.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <algorithm>
#include <array>
#include <cstring>

namespace vtlt::webui::http {

namespace net = Poco::Net;

namespace {

/// A socket without a socket: the connection itself stays with us, so that Poco can neither block on it nor close it.
class ReplaySocket final : public net::StreamSocketImpl
{
public:
    ReplaySocket(std::string_view input, bool secure) : input_(input), secure_(secure) {}

    using StreamSocketImpl::receiveBytes;
    using StreamSocketImpl::sendBytes;

    int receiveBytes(void* buffer, int length, int) override
    {
        const auto size = std::min(input_.size(), static_cast<std::size_t>(std::max(length, 0)));
        std::memcpy(buffer, input_.data(), size);
        input_.remove_prefix(size);
        return static_cast<int>(size);
    }
    int sendBytes(const void* buffer, int length, int) override
    {
        output_.append(static_cast<const char*>(buffer), static_cast<std::size_t>(std::max(length, 0)));
        return length;
    }
    bool poll(const Poco::Timespan&, int) override { return true; }
    int available() override { return static_cast<int>(input_.size()); }
    bool secure() const override { return secure_; }
    void setReceiveTimeout(const Poco::Timespan&) override {}
    void setSendTimeout(const Poco::Timespan&) override {}
    void setBlocking(bool) override {}
    void shutdown() override {}
    void shutdownSend() override {}
    void shutdownReceive() override {}
    void close() override {}
    net::SocketAddress address() override { return {}; }
    net::SocketAddress peerAddress() override { return {}; }

    std::string& output() { return output_; }

private:
    std::string_view input_;
    std::string output_;
    bool secure_;
};

/// Ours to say.
bool is_server_field(std::string_view name)
{
    constexpr std::array<std::string_view, 6> kOurs{"Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",
                                                    "Date",           "X-Request-Id"};
    return std::ranges::any_of(kOurs, [&](std::string_view one) { return is_same_word(one, name); });
}

} // namespace

struct PocoExchange::Shared::State
{
    net::HTTPServerParams::Ptr params{new net::HTTPServerParams};
};

PocoExchange::Shared::Shared() : state_(std::make_unique<State>())
{
    state_->params->setKeepAlive(true);
    state_->params->setMaxKeepAliveRequests(0);
}

PocoExchange::Shared::~Shared() = default;

struct PocoExchange::State
{
    State(net::HTTPServerParams::Ptr params, std::string_view head_bytes, bool secure)
        : socket(Poco::makeAuto<ReplaySocket>(head_bytes, secure)),
          session(net::StreamSocket{socket.duplicate()}, params), response(session), request(response, session, params)
    {}

    Poco::AutoPtr<ReplaySocket> socket; // the session has a share of its own
    net::HTTPServerSession session;
    net::HTTPServerResponseImpl response;
    net::HTTPServerRequestImpl request;
};

PocoExchange::PocoExchange(const Shared& shared, std::string_view head_bytes, const Head& head, bool secure)
{
    try {
        state_ = std::make_unique<State>(shared.state_->params, head_bytes, secure);
    } catch (const Poco::Exception& failure) {
        throw Error{Kind::invalid, "http.head", {{"reason", failure.displayText()}}};
    }
    const auto& request = state_->request;
    if (request.getMethod() != head.method || !request.getURI().ends_with(head.target.substr(1)) ||
        request.getChunkedTransferEncoding() != head.chunked) {
        throw Error{Kind::invalid, "http.head", {{"reason", "two readings"}}};
    }
}

PocoExchange::~PocoExchange() = default;

std::string PocoExchange::answer_head(const Response& response, const HeadExtras& extras)
{
    auto& out = state_->response;
    out.setVersion(net::HTTPMessage::HTTP_1_1);
    out.setStatusAndReason(static_cast<net::HTTPResponse::HTTPStatus>(response.status),
                           std::string{reason_of(response.status)});
    for (const auto& [name, value] : response.headers.fields()) {
        if (!is_token(name) || std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; })) {
            throw Error{Kind::internal, "http.bad_header", {{"name", name}}};
        }
        if (!is_server_field(name)) {
            out.add(name, value);
        }
    }
    out.add("Date", std::string{extras.date});
    out.add("X-Request-Id", std::string{extras.request_id});
    if (extras.content_length) {
        out.setContentLength64(static_cast<Poco::Int64>(*extras.content_length));
    }
    out.setKeepAlive(extras.keep_alive);
    out.send().flush();
    return std::move(state_->socket->output());
}

} // namespace vtlt::webui::http
