// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/file.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// HTTP as handlers see it: plain values, no socket, nothing of Poco.
namespace vtlt::webui::http {

/// Names and values in order; names compare without case.
class Headers
{
public:
    using Field = std::pair<std::string, std::string>;

    /// The first value; nullopt when absent.
    std::optional<std::string_view> find(std::string_view name) const;
    std::vector<std::string_view> find_all(std::string_view name) const;
    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
    /// Replaces every field of that name.
    void set(std::string_view name, std::string value);
    const std::vector<Field>& fields() const { return fields_; }

private:
    std::vector<Field> fields_;
};

/// What is still to come of a request's body. One reader, once.
class BodyReader
{
public:
    virtual ~BodyReader() = default;
    /// Up to `into.size()` bytes; 0 at the end. Throws invalid `http.body_cut_off` when the sender left or was too
    /// slow.
    virtual std::size_t read(std::span<char> into) = 0;
};

/// `name=value` pairs of a query string or a form, percent-decoded, in order.
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// What the other side of a TLS connection has proved to hold the key of. No header ever says so.
struct ClientCertificate
{
    std::string digest;      ///< SHA-256 of its bytes (DER) in hex
    bool is_trusted = false; ///< in force, for clients, not revoked, and issued by a CA of TlsFiles::client_ca
};

struct Request
{
    std::string method;     ///< GET, HEAD, POST, PUT, PATCH, DELETE: others never arrive here
    std::string target;     ///< as sent: path and query
    std::string path;       ///< decoded UTF-8, starts with '/', no empty, "." or ".." part, no NUL
    std::string query_text; ///< as sent, without '?'
    Pairs query;
    Headers headers;
    Pairs cookies;
    std::string remote_address;
    bool secure = false;                          ///< came over TLS
    std::optional<ClientCertificate> certificate; ///< where the server asks for one and one came
    std::string id;                               ///< of this request: in logs and the answer's X-Request-Id
    std::optional<std::uint64_t> content_length;  ///< nullopt: no body, or a chunked one of unknown length
    BodyReader* body = nullptr;                   ///< never null

    /// The first value of that name in the query; nullopt when absent.
    std::optional<std::string_view> query_value(std::string_view name) const;
    std::optional<std::string_view> cookie(std::string_view name) const;
};

/// Bytes `from` … `from + size` of an open file, sent without copying.
struct FileBody
{
    UniqueFd file;
    std::uint64_t from = 0;
    std::uint64_t size = 0;
};

/// Bytes of the program itself: they are there as long as the server is.
struct LastingBody
{
    std::string_view bytes;
};

/// Server-sent events. `next` is asked about every 300 ms from one thread that serves all streams, must not block, and
/// returns whole events (`data: …\n\n`, several at once, or an empty text for "nothing new"); nullopt ends the stream.
/// The server sends a comment line when nothing came for 15 s.
struct EventBody
{
    std::function<std::optional<std::string>()> next;
};

/// An answer. Content-Length, Date, Connection and X-Request-Id are the server's to add.
struct Response
{
    int status = 200;
    Headers headers;
    std::variant<std::string, LastingBody, FileBody, EventBody> body;
    /// Asked about four times a second as long as the answer is on its way, or its stream open: at false, or when it
    /// throws, the connection is broken off. Must not block. Empty: it may go on to its end.
    std::function<bool()> may_go_on = {};
};

/// From request to answer; called from many threads at once. Nothing it throws reaches the wire: the server answers a
/// bare 500 and logs it.
using Handler = std::function<Response(Request&)>;

} // namespace vtlt::webui::http
