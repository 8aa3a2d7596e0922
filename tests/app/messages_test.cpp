// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_table.h"

#include <vtlt/core/auth/role.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/catalog/use_mode.h>
#include <vtlt/core/export/package_rules.h>
#include <vtlt/core/sandbox/cause.h>
#include <vtlt/webui/messages.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace vtlt;
using webui::Language;
namespace fs = std::filesystem;

namespace {

constexpr std::array kLanguages{Language::vi, Language::en};

/// Context and key of a text.
using Key = std::pair<std::string, std::string>;

std::optional<fs::path> source_root()
{
    const char* root = std::getenv("VTLT_SOURCE");
    if (root == nullptr || !fs::exists(fs::path{root} / "webui" / "locales")) {
        WARN("skipped: VTLT_SOURCE does not name the sources");
        return std::nullopt;
    }
    return fs::path{root};
}

/// The text of every source file of a room. The programs that run in the sandbox speak to us, not to people.
std::vector<std::string> sources_of(const fs::path& root, std::initializer_list<const char*> rooms)
{
    std::vector<std::string> texts;
    for (const auto* room : rooms) {
        for (const auto& entry : fs::recursive_directory_iterator{root / room}) {
            const auto name = entry.path().native();
            const auto extension = entry.path().extension();
            if ((extension == ".cpp" || extension == ".h") && name.find("/indexer/extract/") == std::string::npos) {
                texts.push_back(read_file(entry.path()));
            }
        }
    }
    return texts;
}

void collect(const std::string& text, const std::regex& pattern, std::set<std::string>& found)
{
    for (std::sregex_iterator at{text.begin(), text.end(), pattern}, end; at != end; ++at) {
        found.insert((*at)[1]);
    }
}

/// Codes in the heads of `Error{Kind::x, "code"`, also where a condition chooses between two, in tables of kinds and
/// codes, and in the helpers and problems that take a code.
std::set<std::string> error_codes(const fs::path& root)
{
    static const std::regex head{R"(Error\{([^;{}]*Kind::[^;{}]*))"};
    static const std::regex literal{R"re("([a-z_]+(?:\.[a-z_0-9]+)+)")re"};
    static const std::regex row{R"re(Kind::[a-z_]+,\s*"([a-z_]+(?:\.[a-z_]+)+)")re"};
    static const std::regex helper{R"re((?:check_code\([a-z_]+, |fail\()"([a-z_]+(?:\.[a-z_]+)+)")re"};
    static const std::regex problem{R"re("(code\.[a-z_0-9]+)"\})re"};
    static const std::regex syntax{R"re("(query\.[a-z_]+)")re"};
    std::set<std::string> codes;
    for (const auto& text : sources_of(root, {"core", "indexer", "retention", "webui", "app"})) {
        for (std::sregex_iterator at{text.begin(), text.end(), head}, end; at != end; ++at) {
            collect((*at)[1], literal, codes);
        }
        collect(text, row, codes);
        collect(text, helper, codes);
        collect(text, problem, codes);
    }
    // What the query language says of a text travels as an answer, not as an exception.
    for (const auto& text : sources_of(root, {"indexer"})) {
        collect(text, syntax, codes);
    }
    return codes;
}

std::set<std::string> cli_keys(const fs::path& root)
{
    static const std::regex help{R"re(context\.help\("([^"]+)"\))re"};
    static const std::regex said{R"re(text\("cli",([^;]*))re"};
    static const std::regex literal{R"re("([a-z_]+(?:\.[a-z_]+)+)")re"};
    static const std::regex counted{R"re(counted\(context, "([^"]+)")re"};
    std::set<std::string> keys;
    for (const auto& row : app::kCommandTable) {
        keys.insert(app::help_key(row.path));
        for (auto blank = row.path.find(' '); blank != std::string_view::npos; blank = row.path.find(' ', blank + 1)) {
            keys.insert(app::help_key(row.path.substr(0, blank)));
        }
    }
    for (const auto& text : sources_of(root, {"app"})) {
        collect(text, help, keys);
        std::set<std::string> counts;
        collect(text, counted, counts);
        for (const auto& key : counts) {
            keys.insert({key, key + ".one"});
        }
        for (std::sregex_iterator at{text.begin(), text.end(), said}, end; at != end; ++at) {
            // Up to the fields: their values are not keys.
            const auto arguments = (*at)[1].str();
            collect(arguments.substr(0, arguments.find('{')), literal, keys);
        }
    }
    return keys;
}

/// Hints that `verify` hands out: the last word of each problem it lists.
std::set<std::string> integrity_hints(const fs::path& root)
{
    static const std::regex hint{R"re(problems\.push_back\(\s*\{[^;]*"([a-z]+)"\}\);)re"};
    static const std::regex damage{R"re(DamageRow\{[^,]*, "([a-z]+)"\})re"};
    const auto text = read_file(root / "app" / "integrity.cpp");
    std::set<std::string> hints;
    collect(text, hint, hints);
    collect(text, damage, hints);
    return hints;
}

std::string unquoted(std::string_view line)
{
    const auto from = line.find('"');
    const auto to = line.rfind('"');
    std::string out;
    for (auto at = from + 1; at < to; ++at) {
        const bool escaped = line[at] == '\\' && at + 1 < to;
        at += escaped ? 1 : 0;
        out += escaped && line[at] == 'n' ? '\n' : line[at];
    }
    return out;
}

std::set<std::string> places(const std::string& text)
{
    static const std::regex place{R"(\{([a-z_0-9]+)\})"};
    std::set<std::string> names;
    collect(text, place, names);
    return names;
}

/// Every text of a .po file; of plural forms the first.
std::map<Key, std::string> read_po(const fs::path& path)
{
    std::map<Key, std::string> texts;
    std::string context;
    std::string key;
    std::string* current = nullptr;
    const auto all = read_file(path);
    for (std::size_t at = 0; at < all.size();) {
        const auto end = std::min(all.find('\n', at), all.size());
        const std::string_view line{all.data() + at, end - at};
        at = end + 1;
        if (line.starts_with("msgctxt ")) {
            context = unquoted(line);
            current = &context;
        } else if (line.starts_with("msgid ")) {
            key = unquoted(line);
            current = &key;
        } else if (line.starts_with("msgstr[1] ")) {
            // The other plural form; its places must be those of the first.
            INFO(context << " " << key);
            CHECK(places(unquoted(line)) == places(texts[Key{context, key}]));
            current = nullptr;
        } else if (line.starts_with("msgstr ") || line.starts_with("msgstr[0] ")) {
            const auto [place, is_new] = texts.emplace(Key{context, key}, unquoted(line));
            INFO(context << " " << key);
            CHECK(is_new);
            current = &place->second;
        } else if (line.starts_with('"') && current != nullptr) {
            *current += unquoted(line);
        } else {
            context = line.empty() ? std::string{} : context;
            current = nullptr;
        }
    }
    texts.erase(Key{"", ""});
    return texts;
}

/// Both languages as written, in the order of `kLanguages`.
using Texts = std::array<std::map<Key, std::string>, 2>;

Texts read_texts(const fs::path& root)
{
    const auto locales = root / "webui" / "locales";
    return {read_po(locales / "vi.po"), read_po(locales / "en.po")};
}

/// Keys of `context` without a text in either language, or whose text is not the one the program was built with.
template <class Words>
std::set<std::string> missing(const Texts& texts, const std::string& context, const Words& keys)
{
    std::set<std::string> absent;
    for (const auto& key : keys) {
        for (std::size_t i = 0; i < kLanguages.size(); ++i) {
            const auto found = texts[i].find(Key{context, key});
            if (found == texts[i].end() || webui::message_as_written(kLanguages[i], context, key) != found->second) {
                absent.insert(std::string{key});
            }
        }
    }
    return absent;
}

using Keys = std::set<std::string>;

/// The text from `from` to the brace that closes the first one opened there.
std::string braced(const std::string& text, std::size_t from)
{
    int depth = 0;
    for (auto at = text.find('{', from); at < text.size(); ++at) {
        depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
        if (depth == 0) {
            return text.substr(from, at + 1 - from);
        }
    }
    return text.substr(from);
}

/// "code place" of every place in the text or hint of a thrown error that its thrower does not fill.
Keys unfilled_places(const fs::path& root, const std::map<Key, std::string>& texts)
{
    static const std::regex head{R"(Error\{\s*[^;{}]*Kind::)"};
    static const std::regex code{R"re("([a-z_]+(?:\.[a-z_0-9]+)+)")re"};
    static const std::regex field{R"re(\{"([a-z_0-9]+)",)re"};
    Keys unfilled;
    for (const auto& text : sources_of(root, {"core", "indexer", "retention", "webui", "app"})) {
        for (std::sregex_iterator at{text.begin(), text.end(), head}, end; at != end; ++at) {
            const auto thrown = braced(text, static_cast<std::size_t>(at->position()));
            // Fields that come from elsewhere cannot be read here.
            if (thrown.find("fields") != std::string::npos) {
                continue;
            }
            Keys codes;
            Keys filled;
            collect(thrown, code, codes);
            collect(thrown, field, filled);
            for (const auto& one : codes) {
                for (const auto* context : {"error", "hint"}) {
                    const auto found = texts.find(Key{context, one});
                    for (const auto& place : found == texts.end() ? Keys{} : places(found->second)) {
                        if (!filled.contains(place)) {
                            unfilled.insert(std::string{one} + " " + place);
                        }
                    }
                }
            }
        }
    }
    return unfilled;
}

} // namespace

TEST_CASE("every error that can be thrown has a text in both languages", "[messages]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    const auto codes = error_codes(*root);
    // The reading of the sources works: kinds of places that are easily lost.
    for (const auto* code : {"archive.locked", "internal.errno", "internal.disk_full", "catalog.cannot_open",
                             "catalog.busy", "unit.bad_code", "code.dots", "text.not_utf8"}) {
        CHECK(codes.contains(code));
    }
    CHECK(missing(read_texts(*root), "error", codes) == Keys{});
}

TEST_CASE("every cause, outcome and integrity hint has a text in both languages", "[messages]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    const auto texts = read_texts(*root);
    std::vector<std::string_view> causes;
    for (const auto& row : kCauses) {
        causes.push_back(row.name);
    }
    CHECK(missing(texts, "cause", causes) == Keys{});
    CHECK(missing(texts, "outcome", std::array{"accepted", "duplicate", "without_text", "failed"}) == Keys{});
    CHECK(missing(texts, "job_outcome",
                  std::array{"open", "queued", "running", "done", "partial", "failed", "cancelled"}) == Keys{});
    CHECK(missing(texts, "job_kind", std::array{"ingest", "export", "upload", "verify"}) == Keys{});
    CHECK(missing(texts, "secrecy", kSecrecyNames) == Keys{});
    std::vector<std::string_view> modes;
    for (const auto& row : kUseModes) {
        modes.push_back(row.name);
    }
    CHECK(missing(texts, "mode", modes) == Keys{});
    CHECK(missing(texts, "scope", auth::kScopeNames) == Keys{});
    const auto hints = integrity_hints(*root);
    for (const auto* hint :
         {"changed", "missing", "untracked", "catalog", "job", "audit", "people", "index", "export"}) {
        CHECK(hints.contains(hint));
    }
    CHECK(missing(texts, "integrity", hints) == Keys{});
}

TEST_CASE("every word of the command line has a text in both languages", "[messages]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    const auto keys = cli_keys(*root);
    for (const auto* key : {"program", "init", "user.second_factor", "global.home", "verify.ok", "verify.bad",
                            "progress.eta", "ingest.summary"}) {
        CHECK(keys.contains(key));
    }
    CHECK(missing(read_texts(*root), "cli", keys) == Keys{});
}

TEST_CASE("every rule of a package has its sentence and hint in both languages", "[messages]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    std::vector<std::string_view> rules;
    for (const auto& row : export_::kRules) {
        rules.push_back(row.rule);
        CHECK(webui::message(Language::en, "rule", row.rule) == row.message);
        CHECK(webui::message(Language::en, "rule_hint", row.rule) == row.hint);
    }
    const auto texts = read_texts(*root);
    CHECK(missing(texts, "rule", rules) == Keys{});
    CHECK(missing(texts, "rule_hint", rules) == Keys{});
}

TEST_CASE("every way to misuse a command has a text in both languages", "[messages]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    static const std::regex row{R"re(UsageRow\{"[^\n]*", "([a-z_]+)", )re"};
    static const std::regex unknown{R"re(unknown\("([a-z_]+)")re"};
    const auto source = read_file(*root / "app" / "arguments.cpp");
    Keys keys{"other"};
    collect(source, row, keys);
    Keys unknown_words;
    collect(source, unknown, unknown_words);
    for (const auto& key : unknown_words) {
        keys.insert({key, key + "_near"});
    }
    CHECK(keys.size() == 13);
    CHECK(missing(read_texts(*root), "usage", keys) == Keys{});
}

TEST_CASE("every text that a page names is there in both languages", "[messages]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    static const std::regex in_template{R"(\{\{t\.([a-z_0-9.]+)\}\})"};
    static const std::regex in_code{
        R"re((?:page_text|count_text)\(\s*[a-z_.]+,\s*"([a-z_]+(?:\.[a-z_0-9]+)*\.[a-z_0-9]*[a-z0-9])")re"};
    static const std::regex state{R"re(StateRow\{"([a-z_]+)",)re"};
    static const std::regex place{R"re(Place\{"([a-z_]+)",)re"};
    Keys keys;
    for (const auto& entry : fs::recursive_directory_iterator{*root / "webui" / "templates"}) {
        if (entry.is_regular_file()) {
            collect(read_file(entry.path()), in_template, keys);
        }
    }
    Keys states;
    Keys places_to_go;
    for (const auto& text : sources_of(*root, {"webui"})) {
        collect(text, in_code, keys);
        collect(text, state, states);
        collect(text, place, places_to_go);
    }
    CHECK(states.size() > 15);
    CHECK(places_to_go.contains("search"));
    for (const auto& one : states) {
        keys.insert("state." + one);
    }
    for (const auto& one : places_to_go) {
        keys.insert("nav." + one);
    }
    for (const auto* key : {"search.title", "duration.hours", "form.errors", "state.absent", "nav.jobs"}) {
        CAPTURE(key);
        CHECK(keys.contains(key));
    }
    CHECK(missing(read_texts(*root), "page", keys) == Keys{});
}

TEST_CASE("both languages have the same texts with the same places", "[messages]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    const auto [vi, en] = read_texts(*root);
    CHECK(vi.size() > 200);
    for (const auto& [key, text] : vi) {
        INFO(key.first << " " << key.second);
        CHECK_FALSE(text.empty());
        const auto other = en.find(key);
        REQUIRE(other != en.end());
        CHECK_FALSE(other->second.empty());
        CHECK(places(text) == places(other->second));
    }
    CHECK(vi.size() == en.size());
}

TEST_CASE("whoever throws an error fills every place of its text", "[messages]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    for (const auto& texts : read_texts(*root)) {
        CHECK(unfilled_places(*root, texts) == Keys{});
    }
}

TEST_CASE("a place that nobody filled is never shown", "[messages]")
{
    const auto text = webui::error_text(Language::vi, Error{Kind::internal, "internal.disk_full"});
    CHECK(text == "Ổ đĩa đầy.");
    const auto root = source_root();
    if (!root) {
        return;
    }
    const auto texts = read_texts(*root);
    for (const auto& [key, written] : texts[0]) {
        INFO(key.first << " " << key.second);
        CHECK(places(webui::message(Language::vi, key.first, key.second)) == Keys{});
    }
}

TEST_CASE("a text has its places filled and nothing else touched", "[messages]")
{
    const Error error{Kind::conflict, "dossier.ambiguous", {{"dossier", "{01} {dossier}"}}};
    for (const auto language : kLanguages) {
        const auto text = webui::error_text(language, error);
        CHECK(text.find("{01} {dossier}") != std::string::npos);
    }
    CHECK(webui::message(Language::vi, "error", "no.such_code") == "no.such_code");
    CHECK(webui::error_hint(Language::vi, Error{Kind::internal, "no.such_code"}).empty());
    CHECK(webui::language_from_name("vi") == Language::vi);
    CHECK_FALSE(webui::language_from_name("fr"));
}
