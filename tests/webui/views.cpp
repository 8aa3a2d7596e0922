// SPDX-License-Identifier: GPL-3.0-or-later
#include "webui/views.h"

#include <vtlt/core/auth/role_labels.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/base/text.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/frame.h>
#include <vtlt/webui/labels.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>
#include <sstream>
#include <utility>

namespace vtlt::webui::testing {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> split(const std::string& text, char sign)
{
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == sign) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

std::string text_of(Language language, const std::string& context, const std::string& key)
{
    INFO(context << " " << key);
    REQUIRE(has_message(language, context, key));
    return message(language, context, key);
}

Json lit(const std::string& written)
{
    std::string text;
    std::vector<std::pair<std::size_t, std::size_t>> marks;
    bool is_lit = false;
    for (const auto& part : split(written, '|')) {
        if (is_lit) {
            marks.emplace_back(text::length(text), text::length(part));
        }
        text += part;
        is_lit = !is_lit;
    }
    return lit_pieces(text, marks);
}

Json expand(const std::string& written, Language language);

Json errors(const std::string& written, Language language)
{
    std::vector<std::pair<std::string, std::string>> problems;
    for (auto at = std::size_t{0}; at < written.size();) {
        const auto sign = written.find('=', at);
        auto next = written.find(" f-", sign);
        next = next == std::string::npos ? written.size() : next;
        problems.emplace_back(written.substr(at, sign - at),
                              expand(written.substr(sign + 1, next - sign - 1), language).get<std::string>());
        at = next + 1;
    }
    return error_summary(language, problems);
}

Json expand(const std::string& written, Language language)
{
    if (!written.starts_with('@')) {
        return written;
    }
    const auto space = std::min(written.find(' '), written.size());
    const auto what = written.substr(1, space - 1);
    const auto rest = written.substr(std::min(space + 1, written.size()));
    const auto words = split(rest, ' ');
    INFO(written);
    if (what == "text") {
        return text_of(language, words.at(0), words.at(1));
    }
    if (what == "count") {
        REQUIRE(has_message(language, "page", words.at(0)));
        return count_text(language, words.at(0), std::stoull(words.at(1)));
    }
    if (what == "role") {
        return auth::role_labels().front().text(auth::role_from_name(rest).value(),
                                                kLanguageNames[static_cast<std::size_t>(language)]);
    }
    if (what == "number") {
        return number_text(language, std::stoll(rest));
    }
    if (what == "date") {
        return date_text(parse_date(rest));
    }
    if (what == "instant") {
        return instant_text(parse_instant(rest).value());
    }
    if (what == "bytes") {
        return bytes_text(language, std::stoull(rest));
    }
    if (what == "duration") {
        return duration_text(language, std::chrono::milliseconds{std::stoll(rest)});
    }
    if (what == "label") {
        return label(language, rest);
    }
    if (what == "secrecy") {
        return secrecy_badge(language, secrecy_from_name(rest).value());
    }
    if (what == "secrecy_options") {
        return secrecy_options(language, secrecy_from_name(words.at(0)).value(),
                               secrecy_from_name(words.at(1)).value());
    }
    if (what == "progress") {
        return progress(language, std::stoull(words.at(0)), std::stoull(words.at(1)));
    }
    if (what == "errors") {
        return errors(rest, language);
    }
    if (what == "lit") {
        return lit(rest);
    }
    if (what == "lines") {
        auto text = rest;
        std::ranges::replace(text, '|', '\n');
        return text;
    }
    FAIL("no such helper");
    return nullptr;
}

Json expand(const Json& written, Language language)
{
    if (written.is_string()) {
        return expand(written.get<std::string>(), language);
    }
    Json out = written;
    if (written.is_structured()) {
        for (auto at = out.begin(); at != out.end(); ++at) {
            *at = expand(*at, language);
        }
    }
    return out;
}

Json frame_of(const Json& written, Language language)
{
    Frame frame;
    frame.archive = "Sở Nội vụ tỉnh Đông Hà";
    frame.version = "0.1.0";
    frame.csrf = "c5rf0000000000000000";
    frame.user = written.value("user", "lan.nt");
    frame.full_name = "Nguyễn Thị Lan";
    frame.place = written.value("place", "");
    frame.query = written.value("query", "");
    frame.target = "/search?q=ph%C3%B2ng";
    frame.secrecy = secrecy_from_name(written.value("secrecy", "open")).value();
    frame.jobs_text = written.value("jobs_text", "");
    for (const auto& one : written.value("messages", Json::array())) {
        frame.messages.push_back({"good", one.at("text"), one.at("href"), one.at("link_text")});
    }
    return frame_view(frame, language);
}

} // namespace

std::optional<fs::path> source_root()
{
    const char* root = std::getenv("VTLT_SOURCE");
    if (root == nullptr || !fs::exists(fs::path{root} / "tests" / "webui" / "views")) {
        WARN("skipped: VTLT_SOURCE does not name the sources");
        return std::nullopt;
    }
    return fs::path{root};
}

std::vector<Example> read_examples(const fs::path& root, Language language)
{
    std::set<fs::path> files;
    for (const auto& entry : fs::directory_iterator{root / "tests" / "webui" / "views"}) {
        if (entry.path().extension() == ".json") {
            files.insert(entry.path());
        }
    }
    std::vector<Example> examples;
    for (const auto& file : files) {
        const auto states = parse_json(read_file(file));
        for (const auto& [state, written] : states.items()) {
            auto view = expand(written, language);
            view["frame"] = frame_of(view.at("frame"), language);
            examples.push_back({file.stem().string(), state, std::move(view)});
        }
    }
    return examples;
}

} // namespace vtlt::webui::testing
