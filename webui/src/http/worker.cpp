// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/worker.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/ids.h>

#include <algorithm>
#include <exception>

namespace vtlt::webui::http {

namespace {

/// Pipelined requests that one client gets answered before others have their turn.
constexpr unsigned kMaxPipelined = 16;
constexpr std::chrono::milliseconds kAttendance{20};

/// A place among those who attend, as long as it lives.
class Attendance
{
public:
    Attendance(std::atomic<unsigned>& count, unsigned limit) : count_(count), is_granted_(count.fetch_add(1) < limit) {}
    ~Attendance() { --count_; }
    Attendance(const Attendance&) = delete;
    Attendance& operator=(const Attendance&) = delete;
    bool is_granted() const { return is_granted_; }

private:
    std::atomic<unsigned>& count_;
    bool is_granted_;
};

bool may_have_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

Request to_request(Connection& connection, const TlsContext* tls, std::string id, BodyReader& body)
{
    auto& head = *connection.head;
    Request request;
    request.method = head.method;
    request.target = head.target;
    request.path = head.path;
    request.query_text = std::move(head.query_text);
    request.query = std::move(head.query);
    request.headers = std::move(head.headers);
    request.cookies = std::move(head.cookies);
    request.remote_address = connection.address();
    request.secure = connection.is_secure();
    request.certificate = connection.certificate(tls);
    request.id = std::move(id);
    request.content_length = head.content_length;
    request.body = &body;
    return request;
}

Response bare_response(int status)
{
    Response response{.status = status};
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = std::string{reason_of(status)} + "\n";
    return response;
}

std::optional<std::uint64_t> size_of(const Response& response)
{
    if (const auto* text = std::get_if<std::string>(&response.body)) {
        return text->size();
    }
    if (const auto* lasting = std::get_if<LastingBody>(&response.body)) {
        return lasting->bytes.size();
    }
    const auto* file = std::get_if<FileBody>(&response.body);
    return file != nullptr ? std::optional{file->size} : std::nullopt;
}

} // namespace

std::string RequestIds::next()
{
    constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    if (random_.empty()) {
        random_ = random_bytes(64 * kUidLength); // one call into the system for many
    }
    auto id = random_.substr(random_.size() - kUidLength);
    random_.resize(random_.size() - kUidLength);
    std::ranges::transform(id, id.begin(), [&](char c) { return kCrockford[static_cast<unsigned char>(c) % 32]; });
    return id;
}

void Worker::run()
{
    while (auto connection = queue_.pop()) {
        serve(std::move(*connection));
    }
}

void Worker::serve(ConnectionPtr connection)
{
    for (unsigned pipelined = 0; connection; ++pipelined) {
        connection = serve_one(std::move(connection));
        if (connection && connection->in.empty() && attends_) {
            pipelined = 0;
            connection = attend(std::move(connection));
        }
        if (connection && (pipelined >= kMaxPipelined || connection->in.empty() || shop_.stopping ||
                           examine(*connection, shop_.options).readiness != Readiness::ready)) {
            shop_.parker.give_back(std::move(connection), After::keep);
        }
    }
}

/// With what came in that moment, if anything did. Whole or not: a slow sender is the parker's.
ConnectionPtr Worker::attend(ConnectionPtr connection)
{
    const Attendance attendance{shop_.attending, shop_.options.workers / 2};
    const auto until = std::chrono::steady_clock::now() + kAttendance;
    // Under TLS the library may hold bytes that poll does not know of.
    bool is_readable = connection->is_secure();
    while (attendance.is_granted() && !shop_.stopping && queue_.size() == 0) {
        if (!is_readable && !connection->wait(Io::wait_to_read, until)) {
            break;
        }
        const auto got = connection->receive(buffer_);
        if (got.state == Io::closed) {
            return nullptr;
        }
        if (got.state == Io::done) {
            connection->in.append(buffer_.data(), got.bytes);
            break;
        }
        is_readable = false;
    }
    return connection;
}

ConnectionPtr Worker::serve_one(ConnectionPtr connection)
{
    const auto began = std::chrono::steady_clock::now();
    ++shop_.counters.requests;
    auto& head = *connection->head;
    Access access{
        .request_id = ids_.next(), .remote_address = connection->address(), .method = head.method, .path = head.path};
    const bool is_streamed = examine(*connection, shop_.options).readiness != Readiness::ready;
    const bool is_head_request = head.method == "HEAD";
    std::optional<PocoExchange> poco;
    try {
        poco.emplace(shop_.poco, std::string_view{connection->in}.substr(0, connection->head_size), head,
                     connection->is_secure());
    } catch (const Error&) {
        ++shop_.counters.refused_heads;
        return refuse(std::move(connection), 400, std::move(access));
    }
    const auto size = is_streamed ? 0 : static_cast<std::size_t>(head.content_length.value_or(0));
    ParkedBody parked{std::string_view{connection->in}.substr(connection->head_size, size)};
    std::optional<StreamedBody> streamed;
    if (is_streamed) {
        streamed.emplace(*connection, shop_.options);
    }
    auto request = to_request(*connection, shop_.tls, access.request_id,
                              streamed ? static_cast<BodyReader&>(*streamed) : static_cast<BodyReader&>(parked));
    auto response = call_handler(request, streamed ? &*streamed : nullptr, access);
    // What the handler left unread of a body would be taken for a request.
    const bool is_read = !streamed || (streamed->is_complete() && streamed->failure() == 0);
    const bool keep = head.keep_alive && is_read && access.failure.empty() && !shop_.stopping &&
                      !std::holds_alternative<EventBody>(response.body);
    connection->drop_request(streamed ? streamed->consumed() : connection->head_size + size);
    Outgoing outgoing{.connection = std::move(connection),
                      .after = keep ? After::keep : After::close,
                      .access = std::move(access),
                      .began = began,
                      .may_go_on = std::move(response.may_go_on)};
    return answer(std::move(outgoing), std::move(response), *poco, is_head_request);
}

Response Worker::call_handler(Request& request, const StreamedBody* body, Access& access)
{
    try {
        auto response = shop_.handler(request);
        if (response.status >= 200 && response.status <= 599) {
            return response;
        }
        access.failure = "status " + std::to_string(response.status);
    } catch (const std::exception& failure) {
        access.failure = failure.what();
    } catch (...) {
        access.failure = "unknown";
    }
    if (body != nullptr && body->failure() != 0) {
        return bare_response(body->failure());
    }
    ++shop_.counters.handler_failures;
    return bare_response(500);
}

ConnectionPtr Worker::answer(Outgoing outgoing, Response response, PocoExchange& poco, bool is_head_request)
{
    const HeadExtras extras{.request_id = outgoing.access.request_id,
                            .date = date_.now(),
                            .content_length = may_have_body(response.status) ? size_of(response) : std::nullopt,
                            .keep_alive = outgoing.after == After::keep};
    outgoing.access.status = response.status;
    try {
        outgoing.head = poco.answer_head(response, extras);
    } catch (const std::exception& failure) {
        ++shop_.counters.handler_failures;
        outgoing.access.failure = failure.what();
        return refuse(std::move(outgoing.connection), 500, std::move(outgoing.access));
    }
    if (!is_head_request && may_have_body(response.status)) {
        if (auto* events = std::get_if<EventBody>(&response.body)) {
            shop_.events.take(std::move(outgoing), std::move(*events));
            return nullptr;
        }
        if (auto* file = std::get_if<FileBody>(&response.body)) {
            outgoing.file = std::move(*file);
        } else if (const auto* lasting = std::get_if<LastingBody>(&response.body)) {
            outgoing.lasting = *lasting;
        } else {
            outgoing.text = std::move(std::get<std::string>(response.body));
        }
    }
    return deliver(std::move(outgoing));
}

ConnectionPtr Worker::deliver(Outgoing outgoing)
{
    constexpr std::size_t kRecord = std::size_t{16} * 1024;
    if (outgoing.connection->is_secure() && outgoing.head.size() + outgoing.text.size() <= kRecord) {
        outgoing.head += std::exchange(outgoing.text, {}); // one record, one packet
    }
    const auto state = push(outgoing, buffer_);
    if (state == Io::closed) {
        report(shop_.on_access, outgoing);
        return nullptr;
    }
    if (!is_all_sent(outgoing)) {
        shop_.sender.take(std::move(outgoing), state);
        return nullptr;
    }
    report(shop_.on_access, outgoing);
    if (outgoing.after == After::close) {
        shop_.parker.give_back(std::move(outgoing.connection), After::close);
    }
    return std::move(outgoing.connection);
}

ConnectionPtr Worker::refuse(ConnectionPtr connection, int status, Access access)
{
    const bool with_body = access.method != "HEAD";
    access.status = status;
    Outgoing outgoing{.connection = std::move(connection),
                      .head = bare_answer(status, access.request_id, with_body),
                      .after = After::close,
                      .began = std::chrono::steady_clock::now()};
    outgoing.access = std::move(access);
    return deliver(std::move(outgoing));
}

} // namespace vtlt::webui::http
