// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate.h"
#include "routing/call.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/overview.h>
#include <vtlt/webui/assets.h>
#include <vtlt/webui/formats.h>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <fstream>
#include <unistd.h>

namespace vtlt::webui {

namespace {

http::Response text_answer(std::string text, int status = 200)
{
    http::Response response{.status = status};
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.headers.set("Cache-Control", "no-store");
    response.body = std::move(text);
    return response;
}

/// The process lives.
http::Response healthz(Call&)
{
    return text_answer("ok\n");
}

/// The catalogue answers, so requests may come.
http::Response readyz(Call& call)
{
    auto tx = call.archive().database().read();
    auto ask = tx.prepare("SELECT size FROM audit_tree WHERE only_row = 1");
    ask.step();
    return text_answer("ready\n");
}

void add_gauge(prometheus::Registry& registry, const std::string& name, const std::string& help, double value)
{
    prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({}).Set(value);
}

void add_counter(prometheus::Registry& registry, const std::string& name, const std::string& help, double value)
{
    prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({}).Increment(value);
}

double resident_bytes()
{
    std::ifstream statm{"/proc/self/statm"};
    double all = 0;
    double resident = 0;
    statm >> all >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// Figures of the machine, nothing of the archive's content: counts of requests, queues and memory. For whoever is on
/// the machine itself, or administers.
http::Response metrics(Call& call)
{
    const auto& address = call.request.remote_address;
    if (!address.starts_with("127.") && address != "::1" &&
        !auth::is_allowed(call.actor, auth::Action::archive_administer, {})) {
        throw Error{Kind::not_found, "http.not_found"};
    }
    prometheus::Registry registry;
    add_gauge(registry, "process_resident_memory_bytes", "Resident memory", resident_bytes());
    if (const auto& ask = call.house.services.server_statistics) {
        const auto now = ask();
        add_counter(registry, "vtlt_http_requests_total", "Requests answered", static_cast<double>(now.requests));
        add_counter(registry, "vtlt_http_heads_refused_total", "Heads refused as malformed or too long",
                    static_cast<double>(now.refused_heads));
        add_counter(registry, "vtlt_http_heads_timed_out_total", "Heads that did not come in time",
                    static_cast<double>(now.timed_out_heads));
        add_counter(registry, "vtlt_http_busy_total", "Requests refused because the queue was full",
                    static_cast<double>(now.refused_busy));
        add_counter(registry, "vtlt_http_failures_total", "Answers that failed",
                    static_cast<double>(now.handler_failures));
        add_gauge(registry, "vtlt_http_connections", "Open connections", static_cast<double>(now.connections_now));
        add_gauge(registry, "vtlt_http_queue", "Requests waiting for a worker", static_cast<double>(now.queued_now));
        add_gauge(registry, "vtlt_http_event_streams", "Open event streams",
                  static_cast<double>(now.event_streams_now));
    }
    auto response = text_answer(prometheus::TextSerializer{}.Serialize(registry.Collect()));
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return response;
}

bool accepts_gzip(const http::Request& request)
{
    return request.headers.find("Accept-Encoding").value_or("").find("gzip") != std::string_view::npos;
}

http::LastingBody as_body(std::span<const unsigned char> bytes)
{
    return {{reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
}

http::Response asset(Call& call)
{
    const auto found = find_asset(call.request.path);
    if (!found) {
        throw Error{Kind::not_found, "http.not_found"};
    }
    const auto& file = found->asset;
    http::Response response;
    auto& headers = response.headers;
    headers.set("ETag", std::string{file.etag});
    headers.set("Cache-Control", found->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    headers.set("Vary", "Accept-Encoding");
    if (call.request.headers.find("If-None-Match") == file.etag) {
        response.status = 304;
        return response;
    }
    headers.set("Content-Type", std::string{file.media_type});
    const bool packed = !file.gzip.empty() && accepts_gzip(call.request);
    if (packed) {
        headers.set("Content-Encoding", "gzip");
    }
    response.body = as_body(packed ? file.gzip : file.bytes);
    return response;
}

/// Remembers the language and goes back to where the reader was; only to a place of this site.
http::Response set_language(Call& call)
{
    const auto language = language_from_name(call.query("to")).value_or(Language::vi);
    const auto back = call.query("back");
    auto response = redirect(is_own_path(back) ? back : "/");
    response.headers.add("Set-Cookie", std::string{kLanguageCookie} + "=" +
                                           std::string{kLanguageNames[static_cast<std::size_t>(language)]} +
                                           "; Path=/; Max-Age=31536000; SameSite=Lax");
    return response;
}

http::Response openapi(Call&)
{
    static const std::string text = openapi_description().dump(2) + "\n";
    http::Response response;
    response.headers.set("Content-Type", "application/json");
    response.body = http::LastingBody{text};
    return response;
}

constexpr std::array kRoutes{
    Route{"GET", "/healthz", Access::everybody, {}, healthz},
    Route{"GET", "/readyz", Access::everybody, {}, readyz},
    Route{"GET", "/metrics", Access::everybody, {}, metrics},
    Route{"GET", "/assets/{file}", Access::everybody, {}, asset},
    Route{"GET", "/language", Access::everybody, {}, set_language},
    Route{"GET",
          "/api/v1/openapi.json",
          Access::everybody,
          {},
          openapi,
          {.summary = "This description", .response = "OpenApi"}},
};

} // namespace

bool is_own_path(std::string_view path)
{
    return path.starts_with('/') && !path.starts_with("//") && path.find('\\') == std::string_view::npos &&
           std::ranges::none_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::span<const Route> system_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
