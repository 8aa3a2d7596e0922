// SPDX-License-Identifier: GPL-3.0-or-later
#include "webui/html.h"
#include "webui/views.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/webui/assets.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/frame.h>
#include <vtlt/webui/labels.h>
#include <vtlt/webui/templates.h>

#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace vtlt;
using namespace vtlt::webui;
using namespace vtlt::webui::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::array kLanguages{Language::vi, Language::en};

using Words = std::set<std::string>;

const Templates& templates()
{
    static const Templates all;
    return all;
}

/// Calls `look(example, page)` for every example in every language.
template <class Look>
void for_each_page(Look look)
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    for (const auto language : kLanguages) {
        for (const auto& example : read_examples(*root, language)) {
            INFO(example.page << " " << example.state << " " << kLanguageNames[static_cast<std::size_t>(language)]);
            look(example, templates().render(example.page, example.view, language), language);
        }
    }
}

void write(const fs::path& path, const std::string& text)
{
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
}

/// A folder with templates of its own: a layout and `page`.
struct Folder
{
    explicit Folder(const std::string& page)
    {
        write(path / "templates" / "layout.html", "<p>{{> content}}</p>");
        write(path / "templates" / "page.html", page);
    }
    ~Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    fs::path path = fs::temp_directory_path() / ("vtlt-templates-" + std::to_string(std::rand()));
};

std::string refusal(const std::string& page)
{
    const Folder folder{page};
    try {
        const Templates refused{folder.path};
    } catch (const Error& error) {
        CHECK(error.code() == "template.broken");
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("every page has examples and every example has what its page names", "[templates]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    std::map<std::string, Words> unreached;
    Words layout;
    Words pages;
    for (const auto language : kLanguages) {
        for (const auto& example : read_examples(*root, language)) {
            INFO(example.page << " " << example.state);
            const auto seen = templates().check_view(example.page, example.view, language);
            CHECK(seen.missing == Words{});
            if (pages.insert(example.page).second) {
                unreached[example.page] = seen.tags;
            }
            for (const auto& tag : seen.reached) {
                unreached[example.page].erase(tag);
                layout.insert(tag);
            }
        }
    }
    const auto all = templates().pages();
    CHECK(pages == Words{all.begin(), all.end()});
    // Every branch of every template is in some example; what is in the layout or a part, in an example of any page.
    for (const auto& [page, tags] : unreached) {
        for (const auto& tag : tags) {
            INFO(page);
            if (!layout.contains(tag)) {
                CHECK(tag == "reached by some example");
            }
        }
    }
}

TEST_CASE("a page holds exactly its fragment inside the layout", "[templates]")
{
    for_each_page([](const Example& example, const std::string& page, Language language) {
        auto fragment = templates().render_fragment(example.page, example.view, language);
        CHECK(fragment.find("<html") == std::string::npos);
        while (fragment.ends_with('\n')) {
            fragment.pop_back();
        }
        CHECK(page.find(fragment) != std::string::npos);
    });
    const auto root = source_root();
    if (!root) {
        return;
    }
    for (const auto& example : read_examples(*root, Language::vi)) {
        if (example.page == "search" && example.state == "full") {
            const auto part = templates().render_fragment("search/results", example.view, Language::vi);
            CHECK(part.starts_with("<section"));
            CHECK(templates().render("search", example.view, Language::vi).find(part.substr(0, part.size() - 1)) !=
                  std::string::npos);
        }
    }
}

TEST_CASE("nothing on a page comes from outside, and nothing is inline", "[templates]")
{
    static const std::regex handler{R"(\son[a-z]+\s*=)"};
    for_each_page([](const Example&, const std::string& page, Language) {
        CHECK(page.find("{{") == std::string::npos);
        CHECK(page.find("://") == std::string::npos);
        CHECK(page.find("javascript:") == std::string::npos);
        CHECK_FALSE(std::regex_search(page, handler));
        for (const auto& tag : read_tags(page)) {
            CHECK(tag.name != "style");
            CHECK_FALSE(tag.find("style"));
            CHECK_FALSE(tag.find("twice"));
            CHECK_FALSE(tag.find("hx-on"));
            for (const auto* attribute : {"src", "href", "action"}) {
                const auto value = tag.find(attribute).value_or("");
                INFO(value);
                CHECK_FALSE(value.starts_with("//"));
                if (value.starts_with("/assets/")) {
                    const auto asset = find_asset(value);
                    REQUIRE(asset);
                    CHECK(asset->immutable);
                }
            }
            if (tag.name == "script" && !tag.closing) {
                CHECK(tag.find("src"));
            }
            for (const auto& [name, value] : tag.attributes) {
                CHECK(value != "unquoted");
            }
        }
    });
}

TEST_CASE("a page is well formed: tags, ids, labels, references, tokens", "[templates]")
{
    for_each_page([](const Example&, const std::string& page, Language) {
        const auto tags = read_tags(page);
        CHECK(first_unbalanced(tags).empty());
        // A note that was closed by its own braces, a place that nobody filled.
        CHECK(page.find("{{") == std::string::npos);
        CHECK(page.find("}}") == std::string::npos);
        Words ids;
        Words labelled;
        int headings = 0;
        for (const auto& tag : tags) {
            if (const auto id = tag.find("id")) {
                INFO(*id);
                CHECK(ids.insert(*id).second);
            }
            if (tag.name == "label" && !tag.closing) {
                labelled.insert(tag.find("for").value_or("label without for"));
            }
            headings += tag.name == "h1" && !tag.closing ? 1 : 0;
        }
        CHECK(headings == 1);
        bool in_post = false;
        bool has_token = true;
        for (const auto& tag : tags) {
            if (tag.closing) {
                if (tag.name == "form") {
                    CHECK((!in_post || has_token));
                    in_post = false;
                }
                continue;
            }
            if (tag.name == "form") {
                in_post = tag.find("method") == "post";
                has_token = false;
                CHECK((tag.find("action") || tag.find("method") == "dialog"));
            }
            if (tag.name == "input" || tag.name == "select" || tag.name == "textarea") {
                has_token = has_token || tag.find("name") == "csrf";
                if (tag.find("type") != "hidden") {
                    INFO(tag.name << " " << tag.find("name").value_or(""));
                    CHECK((labelled.contains(tag.find("id").value_or("")) || tag.find("aria-label")));
                }
            }
            for (const auto* attribute : {"for", "aria-labelledby", "aria-describedby"}) {
                auto rest = tag.find(attribute).value_or("");
                while (!rest.empty()) {
                    const auto space = std::min(rest.find(' '), rest.size());
                    INFO(attribute << "=" << rest);
                    CHECK(ids.contains(rest.substr(0, space)));
                    rest.erase(0, space + 1);
                }
            }
            const auto href = tag.find("href").value_or("");
            if (href.starts_with('#')) {
                INFO(href);
                CHECK(ids.contains(href.substr(1)));
            }
        }
    });
}

TEST_CASE("what people wrote is shown as text and never as markup", "[templates]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    const std::string evil = R"evil(<img src=x onerror="a('b')">{{title}})evil";
    for (const auto& example : read_examples(*root, Language::vi)) {
        // Every text of the view at once.
        Json view = example.view;
        const auto poison = [&evil](const auto& self, Json& value) -> void {
            if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
                value = evil;
            } else if (value.is_structured()) {
                for (auto& member : value) {
                    self(self, member);
                }
            }
        };
        poison(poison, view);
        if (example.page == "document_list") {
            view["form"] = ""; // markup by its nature: core/forms escapes what goes in, and has its own test
        }
        INFO(example.page << " " << example.state);
        const auto page = templates().render(example.page, view, Language::vi);
        CHECK(page.find("<img src=x") == std::string::npos);
        CHECK(page.find("&lt;img src=x onerror=&quot;a(&apos;b&apos;)&quot;&gt;{{title}}") != std::string::npos);
        CHECK(first_unbalanced(read_tags(page)).empty());
    }
}

TEST_CASE("nothing and something in a view", "[templates]")
{
    const Folder folder{
        "{{#a}}a{{/a}}{{^a}}no a{{/a}} {{#list?}}<{{#list}}{{n}},{{/list}}>{{/list?}}{{^list}}none{{/list}} {{b.c}}"};
    const Templates own{folder.path};
    const auto said = [&own](const Json& view) { return own.render_fragment("page", view, Language::en); };
    CHECK(said({{"a", ""}, {"list", Json::array()}, {"b", {{"c", 7}}}}) == "no a none 7");
    CHECK(said({{"a", nullptr}, {"list", Json::array({{{"n", 0}}, {{"n", "x"}}})}, {"b", {{"c", "<"}}}}) ==
          "no a <0,x,> &lt;");
    CHECK(said({{"a", "x"}, {"list", Json::array()}, {"b", {{"c", true}}}}) == "a none ");
    CHECK(own.render("page", {{"a", false}, {"list", Json::array()}, {"b", Json::object()}}, Language::vi) ==
          "<p>no a none </p>");
    CHECK(own.check_view("page", {{"list", Json::array({Json::object()})}}, Language::vi).missing ==
          Words{"page.html:1 a", "page.html:1 b.c", "page.html:1 n"});

    SECTION("read again while designing")
    {
        write(folder.path / "templates" / "page.html", "new");
        CHECK(said(Json::object()) == "new");
    }
}

TEST_CASE("a template that cannot be right is refused when it is loaded", "[templates]")
{
    CHECK(refusal("fine {{t.nav.search}} {{a}}").empty());
    for (const auto* wrong : {"{{{a}}}", "{{&a}}", "{{=<% %>=}}", "{{#a}}", "{{#a}}{{#b}}{{/a}}{{/b}}", "{{/a}}",
                              "{{> nowhere}}", "{{> page}}", "{{t.no.such_text}}", "{{asset.no.css}}", "{{a", "{{A b}}",
                              "{{#t.nav.search}}x{{/t.nav.search}}", "{{> content}}"}) {
        INFO(wrong);
        CHECK_FALSE(refusal(std::string{"\n"} + wrong).empty());
    }
    CHECK(refusal("x\ny {{{a}}}").find("page.html:2") != std::string::npos);
}

TEST_CASE("many threads render at once", "[templates]")
{
    const auto root = source_root();
    if (!root) {
        return;
    }
    const auto examples = read_examples(*root, Language::en);
    std::vector<std::string> expected;
    expected.reserve(examples.size());
    for (const auto& example : examples) {
        expected.push_back(templates().render(example.page, example.view, Language::en));
    }
    std::array<int, 4> different{};
    {
        std::vector<std::jthread> threads;
        for (auto& count : different) {
            threads.emplace_back([&] {
                for (std::size_t i = 0; i < examples.size(); ++i) {
                    count +=
                        templates().render(examples[i].page, examples[i].view, Language::en) == expected[i] ? 0 : 1;
                }
            });
        }
    }
    CHECK(different == std::array<int, 4>{});
}

// For tests/webui/render_shots.mjs: every example as a file, the static files beside them.
TEST_CASE("write the pages for a browser", "[.pages]")
{
    const char* out = std::getenv("VTLT_PAGES");
    REQUIRE(out != nullptr);
    for_each_page([out](const Example& example, const std::string& page, Language language) {
        write(fs::path{out} / kLanguageNames[static_cast<std::size_t>(language)] /
                  (example.page + "." + example.state + ".html"),
              page);
    });
    for (const auto& asset : assets()) {
        write(std::string{out} + std::string{asset.path},
              {reinterpret_cast<const char*>(asset.bytes.data()), asset.bytes.size()});
    }
}
