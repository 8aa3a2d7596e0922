// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/webui/messages.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::webui {

/// A place of the left navigation. `group` names the heading it stands under, empty for the top.
struct Place
{
    std::string_view name; ///< and text "nav.<name>"
    std::string_view href;
    std::string_view group;
    std::string_view key; ///< pressed after g
    auth::Action action;  ///< that whoever goes there must be allowed
};

inline constexpr std::array kPlaces{
    Place{"overview", "/", "", "h", auth::Action::job_read_own},
    Place{"search", "/search", "documents", "t", auth::Action::document_read},
    Place{"intake", "/intake", "documents", "n", auth::Action::upload_create},
    Place{"secrecy", "/secrecy", "documents", "m", auth::Action::secrecy_confirm},
    Place{"readers", "/readers", "documents", "b", auth::Action::readers_read},
    Place{"sets", "/sets", "documents", "s", auth::Action::record_set_read},
    Place{"packages", "/packages", "", "p", auth::Action::document_export},
    Place{"integrity", "/integrity", "", "k", auth::Action::integrity_verify},
    Place{"audit", "/audit", "", "l", auth::Action::audit_read},
    Place{"people", "/people", "administration", "u", auth::Action::user_read},
    Place{"units", "/units", "administration", "d", auth::Action::unit_create},
    Place{"jobs", "/jobs", "", "c", auth::Action::job_read_own},
};

struct FrameMessage
{
    std::string_view tone; ///< good warn bad info
    std::string text;
    std::string href; ///< with link_text, or both empty
    std::string link_text;
};

/// What the layout shows around a page.
struct Frame
{
    std::string archive; ///< title of the installation's root unit
    std::string version;
    std::string csrf; ///< empty when nobody is signed in
    std::string user; ///< sign-in name, empty when nobody is signed in
    std::string full_name;
    std::string place;                    ///< of kPlaces; empty: none is current
    std::vector<std::string_view> places; ///< that the person may go to; empty: all
    std::string query;                    ///< shown in the top search box
    std::string target;                   ///< path and query of this page, to come back to after a change of language
    Secrecy secrecy = Secrecy::open;      ///< highest grade on the page: the banner
    std::vector<FrameMessage> messages;
    std::string jobs_text; ///< "2 công việc đang chạy"; empty: no chip
};

/// Member "frame" of every page's view.
Json frame_view(const Frame& frame, Language language);

} // namespace vtlt::webui
