// SPDX-License-Identifier: GPL-3.0-or-later
#include "routing/call.h"

#include <vtlt/core/base/error.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/http/form.h>

#include <algorithm>
#include <charconv>

namespace vtlt::webui {

namespace {

constexpr std::size_t kMaxJson = std::size_t{1} << 20;
constexpr std::string_view kMessageCookie = "vtlt_message";

bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

/// "tone.key.field=value.…", each part percent-encoded and then without dots, so that the cookie is one plain word.
std::string cookie_part(std::string_view text)
{
    auto part = encoded(text);
    for (std::size_t at = 0; (at = part.find('.', at)) != std::string::npos; at += 3) {
        part.replace(at, 1, "%2E");
    }
    return part;
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

/// Only keys of ours are looked up and everything is escaped by the template, so a cookie that somebody made up shows
/// at worst a wrong sentence to himself.
std::optional<FrameMessage> carried_message(const Call& call)
{
    static constexpr std::array<std::string_view, 4> kTones{"good", "warn", "bad", "info"};
    const auto cookie = call.request.cookie(kMessageCookie);
    if (!cookie) {
        return std::nullopt;
    }
    http::Pairs parts;
    try {
        std::string form;
        for (const auto part : split(*cookie, '.')) {
            form += (form.empty() ? "" : "&") + std::string{part};
        }
        parts = http::parse_form(form);
    } catch (const Error&) {
        return std::nullopt;
    }
    const auto tone = parts.empty() ? kTones.end() : std::ranges::find(kTones, parts.front().first);
    if (tone == kTones.end() || !has_message(call.language, "page", "message." + parts.front().second)) {
        return std::nullopt;
    }
    Fields fields{parts.begin() + 1, parts.end()};
    return FrameMessage{*tone, page_text(call.language, "message." + parts.front().second, fields), "", ""};
}

} // namespace

std::unique_ptr<indexer::Searcher> SearcherPool::take()
{
    {
        const std::scoped_lock lock{mutex_};
        if (!free_.empty()) {
            auto searcher = std::move(free_.back());
            free_.pop_back();
            return searcher;
        }
    }
    return std::make_unique<indexer::Searcher>(home_, database_);
}

void SearcherPool::give_back(std::unique_ptr<indexer::Searcher> searcher)
{
    const std::scoped_lock lock{mutex_};
    free_.push_back(std::move(searcher));
}

Uid own_session(const Call& call)
{
    return call.session ? call.session->session.uid : Uid{};
}

std::string Call::field(std::string_view name) const
{
    const auto found = std::ranges::find(form, name, &http::Pairs::value_type::first);
    return found == form.end() ? std::string{} : found->second;
}

std::string Call::query(std::string_view name) const
{
    return std::string{request.query_value(name).value_or("")};
}

Json read_json(Call& call)
{
    auto value = parse_json(http::read_body(*call.request.body, kMaxJson));
    if (!value.is_object()) {
        throw Error{Kind::invalid, "http.json_expected"};
    }
    return value;
}

std::string text_member(const Json& body, const char* name, const std::string& otherwise)
{
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) {
        return otherwise;
    }
    if (!found->is_string()) {
        throw Error{Kind::invalid,
                    "api.not_text",
                    {{"name", name}},
                    {{std::string{"/"} + name, "api.not_text", {{"name", name}}}}};
    }
    return found->get<std::string>();
}

bool flag_member(const Json& body, const char* name)
{
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) {
        return false;
    }
    if (!found->is_boolean()) {
        throw Error{Kind::invalid,
                    "api.not_flag",
                    {{"name", name}},
                    {{std::string{"/"} + name, "api.not_flag", {{"name", name}}}}};
    }
    return found->get<bool>();
}

std::string repeat_key(const Call& call)
{
    return std::string{call.request.headers.find("Idempotency-Key").value_or("")};
}

std::optional<std::int64_t> wanted_revision(const Call& call)
{
    const auto header = call.request.headers.find("If-Match");
    if (!header) {
        throw Error{Kind::conflict, "http.if_match_missing"};
    }
    auto tag = *header;
    if (!tag.starts_with("\"r") || !tag.ends_with('"')) {
        return std::nullopt;
    }
    tag.remove_prefix(2);
    tag.remove_suffix(1);
    std::int64_t revision = 0;
    const auto [end, problem] = std::from_chars(tag.data(), tag.data() + tag.size(), revision);
    return problem == std::errc{} && end == tag.data() + tag.size() ? std::optional{revision} : std::nullopt;
}

std::string revision_tag(std::int64_t revision)
{
    return "\"r" + std::to_string(revision) + "\"";
}

Frame frame_of(const Call& call, std::string_view place)
{
    Frame frame{.archive = call.house.archive_title,
                .version = call.house.version,
                .csrf = call.csrf,
                .place = std::string{place},
                .target = call.request.target};
    // Who must set up a second factor first is shown nothing else.
    if (call.session && !call.session->lacks_second_factor) {
        frame.user = call.session->account.name;
        frame.full_name = call.session->account.full_name;
    }
    for (const auto& one : kPlaces) {
        if (auth::is_allowed_somewhere(call.actor, one.action)) {
            frame.places.push_back(one.name);
        }
    }
    if (auto message = carried_message(call)) {
        frame.messages.push_back(std::move(*message));
    }
    return frame;
}

http::Response page(const Call& call, std::string_view name, Json view, const Frame& frame, int status)
{
    http::Response response{.status = status};
    const auto& templates = call.house.templates;
    if (frame.secrecy != Secrecy::open) {
        response.headers.set("Cache-Control", "no-store");
    }
    if (!frame.messages.empty()) {
        response.headers.add("Set-Cookie", std::string{kMessageCookie} + "=; Path=/; Max-Age=0");
    }
    view["frame"] = frame_view(frame, call.language);
    response.body = call.wants_fragment() ? templates.render_fragment(name, view, call.language)
                                          : templates.render(name, view, call.language);
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    return response;
}

http::Response json_answer(const Json& value, int status)
{
    http::Response response{.status = status};
    response.headers.set("Content-Type", "application/json");
    response.body = to_line(value) + "\n";
    return response;
}

http::Response redirect(std::string path)
{
    http::Response response{.status = 303};
    response.headers.set("Location", std::move(path));
    return response;
}

void tell_next(http::Response& response, const Call& call, std::string_view tone, std::string_view key,
               const Fields& fields)
{
    ensure(has_message(call.language, "page", "message." + std::string{key}), "what is told has a text");
    std::string text = std::string{tone} + "=" + cookie_part(key);
    for (const auto& [name, value] : fields) {
        text += "." + cookie_part(name) + "=" + cookie_part(value);
    }
    response.headers.add("Set-Cookie", std::string{kMessageCookie} + "=" + text + "; Path=/; Max-Age=60; HttpOnly; " +
                                           "SameSite=Lax" + (call.request.secure ? "; Secure" : ""));
}

std::string encoded(std::string_view value)
{
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : value) {
        if (is_unreserved(c)) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += kDigits[byte >> 4U];
            out += kDigits[byte & 15U];
        }
    }
    return out;
}

} // namespace vtlt::webui
