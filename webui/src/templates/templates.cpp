// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/templates.h>

#include "templates/tree.h"

#include <vtlt/core/base/embedded_file.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/webui/assets.h>

#include <kainjow/mustache.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace vtlt::page_templates {
std::span<const EmbeddedFile> files();
}

namespace vtlt::webui {

namespace {

namespace mustache = kainjow::mustache;

constexpr std::string_view kLayout = "layout";
constexpr std::string_view kSuffix = ".html";

/// Name without ".html" → source.
using Sources = std::map<std::string, std::string, std::less<>>;

Sources read_sources(const std::filesystem::path& assets_dir)
{
    Sources sources;
    if (assets_dir.empty()) {
        for (const auto& file : page_templates::files()) {
            sources.emplace(file.name.substr(0, file.name.size() - kSuffix.size()), file.text());
        }
        return sources;
    }
    const auto root = assets_dir / "templates";
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
        if (entry.path().extension() == kSuffix) {
            const auto name = std::filesystem::relative(entry.path(), root).generic_string();
            sources.emplace(name.substr(0, name.size() - kSuffix.size()), read_file(entry.path()));
        }
    }
    return sources;
}

bool is_page(std::string_view name)
{
    return name != kLayout && name.find('/') == std::string_view::npos;
}

mustache::data to_data(const Json& value)
{
    switch (value.type()) {
    case Json::value_t::object: {
        mustache::data data{mustache::data::type::object};
        for (const auto& [name, member] : value.items()) {
            data[name] = to_data(member);
            if (member.is_array()) {
                data[name + "?"] = mustache::data{!member.empty()};
            }
        }
        return data;
    }
    case Json::value_t::array: {
        mustache::list list;
        list.reserve(value.size());
        for (const auto& item : value) {
            list.push_back(to_data(item));
        }
        return mustache::data{list};
    }
    case Json::value_t::string: {
        // Mustache takes "" for something; in a view it is nothing, and prints the same.
        const auto& text = value.get_ref<const std::string&>();
        return text.empty() ? mustache::data{false} : mustache::data{text};
    }
    case Json::value_t::boolean:
        return mustache::data{value.get<bool>()};
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
        return mustache::data{value.dump()};
    case Json::value_t::null:
        return mustache::data{false};
    default:
        throw Error{
            Kind::internal, "internal.invariant", {{"what", "a view holds text, whole numbers and truth values"}}};
    }
}

struct Compiled
{
    Nodes tree;
    /// Rendering only reads it: partials are in place and there are no lambdas, the two that would leave a message in
    /// it.
    mutable mustache::mustache engine{""};
};

Compiled compile(std::string_view name, std::string_view content, const Surroundings& around)
{
    Compiled compiled{load_tree(name, content, around)};
    compiled.engine = mustache::mustache{to_mustache(compiled.tree)};
    if (!compiled.engine.is_valid()) {
        throw Error{
            Kind::internal, "template.broken", {{"file", std::string{name}}, {"why", compiled.engine.error_message()}}};
    }
    return compiled;
}

const Json* find_member(const std::vector<const Json*>& scopes, std::string_view name)
{
    if (name.ends_with('?')) {
        static const Json some = true;
        static const Json none = false;
        const auto* list = find_member(scopes, name.substr(0, name.size() - 1));
        return list == nullptr || !list->is_array() ? nullptr : list->empty() ? &none : &some;
    }
    if (name == ".") {
        return scopes.back();
    }
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        const auto* at = *scope;
        for (auto rest = name; at != nullptr && !rest.empty();) {
            const auto dot = std::min(rest.find('.'), rest.size());
            const auto found = at->is_object() ? at->find(std::string{rest.substr(0, dot)}) : at->end();
            at = found == at->end() ? nullptr : &*found;
            rest.remove_prefix(std::min(dot + 1, rest.size()));
        }
        if (at != nullptr) {
            return at;
        }
    }
    return nullptr;
}

bool is_nothing(const Json* value)
{
    return value == nullptr || value->is_null() || *value == false || (value->is_array() && value->empty()) ||
           (value->is_string() && value->get_ref<const std::string&>().empty());
}

void check(const Nodes& nodes, std::vector<const Json*>& scopes, ViewCheck& result)
{
    for (const auto& node : nodes) {
        if (node.kind == Node::Kind::text) {
            continue;
        }
        const auto tag = node.origin + " " + node.value;
        const auto* found = find_member(scopes, node.value);
        if (found == nullptr) {
            result.missing.insert(tag);
        } else if (node.kind == Node::Kind::variable && found->is_structured()) {
            result.missing.insert(tag + " is no text");
        }
        result.reached.insert(tag);
        if (node.kind == Node::Kind::inverted) {
            if (is_nothing(found)) {
                check(node.children, scopes, result);
            }
        } else if (node.kind == Node::Kind::section && !is_nothing(found)) {
            for (std::size_t i = 0; i < (found->is_array() ? found->size() : 1); ++i) {
                scopes.push_back(found->is_array() ? &(*found)[i] : found);
                check(node.children, scopes, result);
                scopes.pop_back();
            }
        }
    }
}

void collect_tags(const Nodes& nodes, std::set<std::string>& tags)
{
    for (const auto& node : nodes) {
        if (node.kind != Node::Kind::text) {
            tags.insert(node.origin + " " + node.value);
            collect_tags(node.children, tags);
        }
    }
}

} // namespace

struct Templates::State
{
    using Set = std::map<std::string, Compiled, std::less<>>;

    explicit State(const std::filesystem::path& assets_dir) : sources(read_sources(assets_dir))
    {
        for (std::size_t i = 0; i < kLanguageNames.size(); ++i) {
            const auto language = static_cast<Language>(i);
            const Surroundings around{
                .source =
                    [this](std::string_view name) {
                        const auto found = sources.find(name);
                        return found == sources.end() ? std::string_view{} : std::string_view{found->second};
                    },
                .text =
                    [language](std::string_view key) {
                        return has_message(language, "page", key) ? message_as_written(language, "page", key)
                                                                  : std::string{};
                    },
                .asset = asset_url,
            };
            for (const auto& [name, source] : sources) {
                if (name == kLayout) {
                    continue;
                }
                fragments[i].emplace(name, compile(name, {}, around));
                if (is_page(name)) {
                    pages[i].emplace(name, compile(kLayout, name, around));
                }
            }
        }
    }

    static const Compiled& find(const std::array<Set, kLanguageNames.size()>& sets, std::string_view name,
                                Language language)
    {
        const auto& set = sets[static_cast<std::size_t>(language)];
        const auto found = set.find(name);
        ensure(found != set.end(), "no template " + std::string{name});
        return found->second;
    }

    Sources sources;
    std::array<Set, kLanguageNames.size()> fragments;
    std::array<Set, kLanguageNames.size()> pages;
};

Templates::Templates(std::filesystem::path assets_dir)
    : assets_dir_(std::move(assets_dir)), state_(std::make_shared<const State>(assets_dir_))
{}

Templates::~Templates() = default;
Templates::Templates(Templates&&) noexcept = default;
Templates& Templates::operator=(Templates&&) noexcept = default;

std::shared_ptr<const Templates::State> Templates::state() const
{
    return assets_dir_.empty() ? state_ : std::make_shared<const State>(assets_dir_);
}

std::string Templates::render(std::string_view page, const Json& view, Language language) const
{
    const auto state = this->state();
    return State::find(state->pages, page, language).engine.render(to_data(view));
}

std::string Templates::render_fragment(std::string_view name, const Json& view, Language language) const
{
    const auto state = this->state();
    return State::find(state->fragments, name, language).engine.render(to_data(view));
}

std::vector<std::string> Templates::pages() const
{
    std::vector<std::string> names;
    for (const auto& [name, compiled] : state_->pages[0]) {
        names.push_back(name);
    }
    return names;
}

bool Templates::has(std::string_view name) const
{
    return state_->fragments[0].contains(name);
}

ViewCheck Templates::check_view(std::string_view page, const Json& view, Language language) const
{
    const auto state = this->state();
    const auto& tree = State::find(state->pages, page, language).tree;
    ViewCheck result;
    collect_tags(tree, result.tags);
    std::vector<const Json*> scopes{&view};
    check(tree, scopes, result);
    return result;
}

} // namespace vtlt::webui
