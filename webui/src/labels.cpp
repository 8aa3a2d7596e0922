// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/labels.h>

#include <vtlt/webui/formats.h>

#include <algorithm>
#include <array>

namespace vtlt::webui {

namespace {

struct StateRow
{
    std::string_view state;
    std::string_view tone;
};

/// Texts are "state.<state>".
constexpr std::array kStates{
    StateRow{"accepted", "good"},   StateRow{"duplicate", "info"}, StateRow{"without_text", "warn"},
    StateRow{"failed", "bad"},      StateRow{"uploading", "info"}, StateRow{"waiting", "quiet"},
    StateRow{"reading", "info"},    StateRow{"indexing", "info"},  StateRow{"running", "info"},
    StateRow{"open", "warn"},       StateRow{"done", "good"},      StateRow{"partial", "warn"},
    StateRow{"cancelled", "quiet"}, StateRow{"valid", "good"},     StateRow{"invalid", "bad"},
    StateRow{"ok", "good"},         StateRow{"not_ok", "bad"},     StateRow{"pending", "info"},
    StateRow{"present", "good"},    StateRow{"absent", "warn"},    StateRow{"unchecked", "warn"},
};

/// Statuses with words of their own; any other takes those of its class.
constexpr std::array kStatuses{400, 403, 404, 409, 412, 413, 422, 500, 503};

} // namespace

Json label(Language language, std::string_view state)
{
    const auto* row = std::ranges::find(kStates, state, &StateRow::state);
    ensure(row != kStates.end(), "no state " + std::string{state});
    return {{"tone", row->tone}, {"text", page_text(language, "state." + std::string{state})}};
}

Json secrecy_badge(Language language, Secrecy secrecy)
{
    if (secrecy == Secrecy::open) {
        return nullptr;
    }
    const auto name = secrecy_name(secrecy);
    return {{"code", name}, {"text", message(language, "secrecy", name)}};
}

Json secrecy_options(Language language, Secrecy highest, Secrecy selected)
{
    auto options = Json::array();
    for (const auto band : kBands) {
        if (band > highest) {
            break;
        }
        options.push_back({{"value", secrecy_name(band)},
                           {"text", band == Secrecy::open ? page_text(language, "secrecy.open")
                                                          : message(language, "secrecy", secrecy_name(band))},
                           {"selected", band == selected}});
    }
    return options;
}

Json progress(Language language, std::uint64_t done, std::uint64_t total)
{
    if (total == 0) {
        return {{"value", ""}, {"max", ""}, {"text", page_text(language, "progress.unknown")}};
    }
    return {{"value", std::to_string(std::min(done, total))},
            {"max", std::to_string(total)},
            {"text",
             page_text(language, "progress.text", {{"percent", std::to_string(std::min(done, total) * 100 / total)}})}};
}

Json error_summary(Language language, const std::vector<std::pair<std::string, std::string>>& problems)
{
    if (problems.empty()) {
        return nullptr;
    }
    auto items = Json::array();
    for (const auto& [id, text] : problems) {
        items.push_back({{"href", "#" + id}, {"text", text}});
    }
    return {{"heading", count_text(language, "form.errors", problems.size())}, {"items", std::move(items)}};
}

Json lit_pieces(std::string_view text, const std::vector<std::pair<std::size_t, std::size_t>>& marks)
{
    auto pieces = Json::array();
    std::size_t at = 0;
    std::size_t point = 0;
    // To the byte after `points` code points.
    const auto forward = [&](std::size_t until) {
        const auto from = at;
        while (at < text.size() && point < until) {
            ++at;
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
                ++at;
            }
            ++point;
        }
        return std::string{text.substr(from, at - from)};
    };
    const auto add = [&](std::string piece, bool lit) {
        if (!piece.empty()) {
            pieces.push_back({{"text", std::move(piece)}, {"lit", lit}});
        }
    };
    for (const auto& [start, length] : marks) {
        add(forward(start), false);
        add(forward(start + length), true);
    }
    add(std::string{text.substr(at)}, false);
    return pieces;
}

Json error_view(Language language, int status, const Error* error)
{
    if (std::ranges::find(kStatuses, status) == kStatuses.end()) {
        status = status < 500 ? 400 : 500;
    }
    const auto key = "error." + std::to_string(status);
    auto problems = Json::array();
    if (error != nullptr) {
        for (const auto& problem : error->problems()) {
            problems.push_back({{"text", message(language, "error", problem.code, problem.fields)}});
        }
    }
    return {{"title", page_text(language, key + ".title")},
            {"status", std::to_string(status)},
            {"heading", page_text(language, key + ".title")},
            {"text", page_text(language, key + ".text")},
            {"detail", error == nullptr ? std::string{} : error_text(language, *error)},
            {"hint", error == nullptr ? std::string{} : error_hint(language, *error)},
            {"problems", std::move(problems)},
            {"steps", Json::array({{{"text", page_text(language, key + ".step")}, {"href", ""}},
                                   {{"text", page_text(language, "error.go_home")}, {"href", "/"}}})},
            {"request_id", ""}};
}

} // namespace vtlt::webui
