// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/history_words.h>

#include "pages/parts.h"

#include <vtlt/webui/formats.h>

namespace vtlt::webui {

std::string event_actor(Language language, const services::HistoryEvent& one)
{
    if (!one.actor_name.empty()) {
        return one.actor_name;
    }
    if (one.event.actor.starts_with("operator:")) {
        return page_text(language, "actor.operator") + " (" + one.event.actor.substr(9) + ")";
    }
    return page_text(language, "actor.unknown");
}

void put_words(services::ExtractRequest& request, Language language)
{
    request.who = [language](const services::HistoryEvent& one) { return event_actor(language, one); };
    request.what = [language](const std::string& action) { return event_title(language, action); };
}

} // namespace vtlt::webui
