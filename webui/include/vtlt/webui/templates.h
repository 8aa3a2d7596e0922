// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/json.h>
#include <vtlt/webui/messages.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Pages from webui/templates/*.html (mustache). The comment at the head of each template is the shape of its view;
/// tests/webui/views/*.json holds examples of every state.
///
/// In a template, besides what mustache knows:
///   {{t.search.heading}}   the text of context "page" in the reader's language, put in when loading; its {total}
///   becomes {{total}}
///   {{asset.app.css}}      the address of a static file (assets.h)
///   {{> partial/pages}}    another template, put in when loading
///   {{&form}}              not escaped: only members that are listed in templates/tree.cpp
///   {{#hits?}}…{{/hits?}}  once, where the list `hits` has anything in it
/// In a view: null, false, "" and [] are nothing ({{#x}} is skipped, {{^x}} is shown); numbers print as they are, so
/// what a person reads comes ready from formats.h and labels.h. Every member that a template names is present.
namespace vtlt::webui {

/// Which members of a view a page asks for: what tests look at.
struct ViewCheck
{
    std::set<std::string> missing; ///< "search/results.html:12 total_text": named there, absent in the view
    std::set<std::string> reached; ///< tags that this view comes to
    std::set<std::string> tags;    ///< all tags of the page and its layout
};

class Templates
{
public:
    /// Loads, resolves and compiles every template in every language. An unknown partial, text or asset, a tag that
    /// would not escape, a section left open: internal `template.broken` with file and reason.
    /// With `assets_dir` (the folder webui/ of the sources) everything is read from there again at each rendering:
    /// only while designing.
    explicit Templates(std::filesystem::path assets_dir = {});
    ~Templates();
    Templates(Templates&&) noexcept;
    Templates& operator=(Templates&&) noexcept;

    /// The page inside the layout; `view` has "title" and "frame" (frame.h). Any thread.
    std::string render(std::string_view page, const Json& view, Language language) const;
    /// The same template alone, for htmx and for parts ("search/results"). Any thread.
    std::string render_fragment(std::string_view name, const Json& view, Language language) const;

    /// Every template that is a page, sorted.
    std::vector<std::string> pages() const;
    bool has(std::string_view name) const;
    ViewCheck check_view(std::string_view page, const Json& view, Language language) const;

private:
    struct State;
    std::shared_ptr<const State> state() const;

    std::filesystem::path assets_dir_;
    std::shared_ptr<const State> state_;
};

} // namespace vtlt::webui
